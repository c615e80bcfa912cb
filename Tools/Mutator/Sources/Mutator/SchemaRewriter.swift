import SwiftSyntax

/// Rewrites a file so that every mutant of it is compiled in, each behind its number.
///
/// `a >= b` becomes `mutableGE(17, a, b)`, which is `a >= b` unless mutant 17 (`>`) or 18 (`<`) is the
/// active one: nothing is written twice, so the code grows by a call a place. Operators are folded
/// before. What is not mutated: initialisers' assignments (they would not compile), types, patterns,
/// raw values, and the evidence of a check (`value:`, `limit:`), which is shown and never decided on.
final class SchemaRewriter: SyntaxRewriter {
  private(set) var mutants: [Mutant] = []
  private let file: String
  private let converter: SourceLocationConverter
  private let lines: [String]
  private var next: Int
  private var initialisers = 0
  /// Constants that get their value later: an assignment to one cannot be left out.
  private let pending: Set<String>

  init(file: String, text: String, tree: SourceFileSyntax, from first: Int) {
    self.file = file
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    converter = SourceLocationConverter(fileName: file, tree: tree)
    next = first
    pending = PendingConstants.names(in: tree)
    super.init()
  }

  /// Takes a number for each change; the first is the number of the place.
  private func place(
    _ node: some SyntaxProtocol, _ kind: Mutant.Operator, _ changes: [String]
  ) -> Int {
    let location = converter.location(for: node.positionAfterSkippingLeadingTrivia)
    let line = lines[location.line - 1]
    let first = next
    for change in changes {
      mutants.append(
        Mutant(
          number: next, operator: kind, file: file, line: location.line, column: location.column,
          code: line.trimmingPrefix(while: { $0 == " " }).description, change: change,
          indentation: line.prefix { $0 == " " }.count))
      next += 1
    }
    return first
  }

  private func call(_ function: String, _ arguments: [String], like node: some SyntaxProtocol)
    -> ExprSyntax
  {
    let text = "\(function)(\(arguments.joined(separator: ", ")))"
    return Self.verbatim(text).with(\.leadingTrivia, node.leadingTrivia)
      .with(\.trailingTrivia, node.trailingTrivia)
  }

  /// Text in the place of an expression: the tree is printed and not looked at again.
  private static func verbatim(_ text: String) -> ExprSyntax {
    ExprSyntax(DeclReferenceExprSyntax(baseName: .identifier(text)))
  }

  // MARK: Operators

  override func visit(_ node: InfixOperatorExprSyntax) -> ExprSyntax {
    guard let symbol = node.operator.as(BinaryOperatorExprSyntax.self)?.operator.text,
      let (function, changes) = Self.operators[symbol]
    else { return super.visit(node) }
    if node.rightOperand.is(NilLiteralExprSyntax.self) {
      let number = place(node.operator, .relation, ["\(symbol) nil → opposite"])
      let inner = super.visit(node).trimmedDescription
      return call("mutableNot", ["\(number)", "!(\(inner))"], like: node)
    }
    let kind: Mutant.Operator = ["&&", "||"].contains(symbol) ? .logic : .relation
    let number = place(node.operator, kind, changes.map { "\(symbol) → \($0)" })
    let left = visit(node.leftOperand).trimmedDescription
    let right = visit(node.rightOperand).trimmedDescription
    return call(function, ["\(number)", left, right], like: node)
  }

  private static let operators: [String: (String, [String])] = [
    ">=": ("mutableGE", [">", "<"]), ">": ("mutableGT", [">=", "<="]),
    "<=": ("mutableLE", ["<", ">"]), "<": ("mutableLT", ["<=", ">="]),
    "==": ("mutableEQ", ["!="]), "!=": ("mutableNE", ["=="]),
    "&&": ("mutableAnd", ["||", "left", "right"]), "||": ("mutableOr", ["&&", "left", "right"]),
  ]

  override func visit(_ node: PrefixOperatorExprSyntax) -> ExprSyntax {
    guard node.operator.text == "!" else { return super.visit(node) }
    let number = place(node, .negation, ["! dropped"])
    return call(
      "mutableNot", ["\(number)", visit(node.expression).trimmedDescription], like: node)
  }

  override func visit(_ node: TernaryExprSyntax) -> ExprSyntax {
    let number = place(node, .condition, ["branches swapped"])
    let inner = super.visit(node).cast(TernaryExprSyntax.self)
    let condition = call(
      "mutableCondition", ["\(number)", inner.condition.trimmedDescription], like: inner.condition)
    return ExprSyntax(inner.with(\.condition, condition))
  }

  // MARK: Constants

  override func visit(_ node: IntegerLiteralExprSyntax) -> ExprSyntax {
    let number = place(
      node, .constant, ["\(node.literal.text) → +1", "\(node.literal.text) → −1"])
    return call("mutableNumber", ["\(number)", node.literal.text], like: node)
  }

  override func visit(_ node: BooleanLiteralExprSyntax) -> ExprSyntax {
    let number = place(node, .constant, ["\(node.literal.text) → opposite"])
    return call("mutableBool", ["\(number)", node.literal.text], like: node)
  }

  override func visit(_ node: MemberAccessExprSyntax) -> ExprSyntax {
    guard node.base?.trimmedDescription == "Limits" else { return super.visit(node) }
    let text = node.trimmedDescription
    let number = place(node, .limit, ["\(text) → +1", "\(text) → −1"])
    return call("mutableLimit", ["\(number)", text], like: node)
  }

  override func visit(_ node: FunctionCallExprSyntax) -> ExprSyntax {
    let name = node.calledExpression.trimmedDescription
    guard ["min", "max"].contains(name), node.arguments.count == 2 else { return super.visit(node) }
    let number = place(node, .extremum, ["\(name) → \(name == "min" ? "max" : "min")"])
    let arguments = node.arguments.map { visit($0.expression).trimmedDescription }
    return call(
      name == "min" ? "mutableMin" : "mutableMax", ["\(number)"] + arguments, like: node)
  }

  override func visit(_ node: LabeledExprSyntax) -> LabeledExprSyntax {
    ["value", "limit"].contains(node.label?.text) ? node : super.visit(node)
  }

  // MARK: Conditions and statements

  override func visit(_ node: ConditionElementSyntax) -> ConditionElementSyntax {
    guard let expression = node.condition.as(ExprSyntax.self) else { return super.visit(node) }
    let number = place(node, .condition, ["branches swapped", "always", "never"])
    let inner = visit(expression)
    return node.with(
      \.condition,
      .expression(
        call("mutableCondition", ["\(number)", inner.trimmedDescription], like: expression)))
  }

  override func visit(_ node: CodeBlockItemSyntax) -> CodeBlockItemSyntax {
    guard initialisers == 0, let expression = node.item.as(ExprSyntax.self),
      isDeletable(node, expression)
    else { return super.visit(node) }
    let number = place(node, .statement, ["statement deleted"])
    let inner = super.visit(node)
    let text = "if isNotMutant(\(number)) { \(inner.trimmedDescription) }"
    return CodeBlockItemSyntax(item: .expr(Self.verbatim(text)))
      .with(\.leadingTrivia, node.leadingTrivia).with(\.trailingTrivia, node.trailingTrivia)
  }

  /// Assignments and calls whose result nobody uses; the only expression of a block may be its value.
  private func isDeletable(_ node: CodeBlockItemSyntax, _ expression: ExprSyntax) -> Bool {
    if let infix = expression.as(InfixOperatorExprSyntax.self) {
      return ["=", "+=", "-=", "|=", "&="].contains(infix.operator.trimmedDescription)
        && !pending.contains(infix.leftOperand.trimmedDescription)
    }
    guard expression.is(FunctionCallExprSyntax.self),
      let block = node.parent?.as(CodeBlockItemListSyntax.self)
    else { return false }
    return block.count > 1 || isInFunctionWithoutResult(node)
  }

  private func isInFunctionWithoutResult(_ node: CodeBlockItemSyntax) -> Bool {
    var parent = node.parent
    while let here = parent {
      if let function = here.as(FunctionDeclSyntax.self) {
        return function.signature.returnClause == nil
      }
      if here.is(AccessorDeclSyntax.self) || here.is(ClosureExprSyntax.self)
        || here.is(PatternBindingSyntax.self) || here.is(SubscriptDeclSyntax.self)
      {
        return false
      }
      parent = here.parent
    }
    return false
  }

  // MARK: Left as they are

  override func visit(_ node: InitializerDeclSyntax) -> DeclSyntax {
    initialisers += 1
    defer { initialisers -= 1 }
    return super.visit(node)
  }

  override func visit(_ node: EnumCaseDeclSyntax) -> DeclSyntax { DeclSyntax(node) }
  override func visit(_ node: SwitchCaseItemSyntax) -> SwitchCaseItemSyntax { node }
  override func visit(_ node: GenericArgumentSyntax) -> GenericArgumentSyntax { node }
  override func visit(_ node: StringLiteralExprSyntax) -> ExprSyntax { ExprSyntax(node) }
}

/// Names of the constants that are declared without a value.
private final class PendingConstants: SyntaxVisitor {
  private var names: Set<String> = []

  static func names(in tree: SourceFileSyntax) -> Set<String> {
    let visitor = PendingConstants(viewMode: .sourceAccurate)
    visitor.walk(tree)
    return visitor.names
  }

  override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
    guard node.bindingSpecifier.text == "let", node.parent?.is(CodeBlockItemSyntax.self) == true
    else { return .visitChildren }
    for binding in node.bindings where binding.initializer == nil {
      names.insert(binding.pattern.trimmedDescription)
    }
    return .visitChildren
  }
}
