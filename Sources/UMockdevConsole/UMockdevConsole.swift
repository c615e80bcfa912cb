import ArgumentParser

@main
struct UMockdevConsole: ParsableCommand {
}
