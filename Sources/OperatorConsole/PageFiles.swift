import Foundation

/// The page, embedded in the program, or read from a folder anew at each request while it is being
/// worked on.
struct PageFiles: Sendable {
  /// nil serves what is embedded.
  var folder: String?

  struct File: Sendable {
    var bytes: [UInt8]
    var contentType: String
  }

  /// A file by its name; nil for what is none of the page.
  func file(_ name: String) -> File? {
    let name = name.isEmpty ? "index.html" : name
    guard let embedded = Self.embedded[name], let type = Self.contentType(name) else {
      return nil
    }
    if let folder {
      // The name is one of the list: it cannot lead out of the folder.
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { return nil }
      return File(bytes: Array(data), contentType: type)
    }
    return File(bytes: embedded, contentType: type)
  }

  private static func contentType(_ name: String) -> String? {
    switch name.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    default: nil
    }
  }

  static let embedded: [String: [UInt8]] = [
    "index.html": PackageResources.index_html,
    "icon.svg": PackageResources.icon_svg,
    "colours.css": PackageResources.colours_css,
    "layout.css": PackageResources.layout_css,
    "parts.css": PackageResources.parts_css,
    "beam.js": PackageResources.beam_js,
    "bench.js": PackageResources.bench_js,
    "cue.js": PackageResources.cue_js,
    "figures.js": PackageResources.figures_js,
    "history.js": PackageResources.history_js,
    "hold.js": PackageResources.hold_js,
    "link.js": PackageResources.link_js,
    "main.js": PackageResources.main_js,
    "operator.js": PackageResources.operator_js,
    "panel-checks.js": PackageResources.panel_checks_js,
    "panel-events.js": PackageResources.panel_events_js,
    "panel-guidance.js": PackageResources.panel_guidance_js,
    "panel-needle.js": PackageResources.panel_needle_js,
    "panel-rig.js": PackageResources.panel_rig_js,
    "panel-status.js": PackageResources.panel_status_js,
    "plot-line.js": PackageResources.plot_line_js,
    "plot-strip.js": PackageResources.plot_strip_js,
    "plot-sweep.js": PackageResources.plot_sweep_js,
    "plot-vessels.js": PackageResources.plot_vessels_js,
    "server.js": PackageResources.server_js,
    "sheet.js": PackageResources.sheet_js,
    "stop.js": PackageResources.stop_js,
    "theme.js": PackageResources.theme_js,
    "urgent.js": PackageResources.urgent_js,
  ]
}
