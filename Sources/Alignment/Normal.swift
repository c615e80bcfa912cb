/// Normal equations of a small weighted least-squares problem.
struct Normal {
  private var matrix: [[Double]]
  private var right: [Double]

  init(_ count: Int) {
    matrix = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    right = [Double](repeating: 0, count: count)
  }

  mutating func add(_ row: [Double], _ value: Double, weight: Double) {
    for i in row.indices where row[i] != 0 {
      right[i] += weight * row[i] * value
      for j in row.indices { matrix[i][j] += weight * row[i] * row[j] }
    }
  }

  /// Gauss elimination with pivoting; nil when singular.
  func solve() -> [Double]? { solve(right) }

  /// One column of the inverse: the variance of an unknown, and its covariances with the others.
  func inverseColumn(_ index: Int) -> [Double]? {
    var unit = [Double](repeating: 0, count: right.count)
    unit[index] = 1
    return solve(unit)
  }

  /// One diagonal element of the inverse: a variance.
  func inverseDiagonal(_ index: Int) -> Double? { inverseColumn(index)?[index] }

  private func solve(_ side: [Double]) -> [Double]? {
    var a = matrix
    var b = side
    let n = b.count
    for column in 0..<n {
      var pivot = column
      for row in column..<n where abs(a[row][column]) > abs(a[pivot][column]) { pivot = row }
      guard abs(a[pivot][column]) > 1e-300, a[pivot][column].isFinite else { return nil }
      a.swapAt(pivot, column)
      b.swapAt(pivot, column)
      for row in (column + 1)..<max(n, column + 1) {
        let factor = a[row][column] / a[column][column]
        for k in column..<n { a[row][k] -= factor * a[column][k] }
        b[row] -= factor * b[column]
      }
    }
    for row in stride(from: n - 1, through: 0, by: -1) {
      for k in (row + 1)..<max(n, row + 1) { b[row] -= a[row][k] * b[k] }
      b[row] /= a[row][row]
    }
    return b.allSatisfy(\.isFinite) ? b : nil
  }
}
