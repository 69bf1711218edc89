import S2WMPCrypto

/// A page that needs nothing else: its one style sheet and its one script are in it and allowed by their hashes; everything else is forbidden,
/// whatever a mistake of ours or a stranger's text might try.
package struct PageFrame {
  /// Not escaped yet.
  package var title: String
  package var style: String
  /// Nil: a page without scripts.
  package var script: String?
  /// Where the link goes that lets the keyboard pass over what stands first, and what it says.
  package var skip: (target: String, words: String)

  package init(title: String, style: String, script: String? = nil, skip: (target: String, words: String)) {
    (self.title, self.style, self.script, self.skip) = (title, style, script, skip)
  }

  /// Everything up to the content.
  package var head: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta http-equiv="Content-Security-Policy" content="\(policy)"/>
    <meta name="referrer" content="no-referrer"/>
    <title>\(MarkupText.escaped(title))</title>
    <style>
    \(style)</style>
    </head>
    <body>
    <a class="skip-link" href="#\(skip.target)">\(skip.words)</a>

    """
  }

  /// Everything behind the content.
  package var foot: String { "\(script.map { "<script>\n\($0)</script>\n" } ?? "")</body>\n</html>\n" }

  private var policy: String {
    let styles = "style-src '\(Self.hash("\n\(style)"))'"
    let scripts = script.map { "; script-src '\(Self.hash("\n\($0)"))'" } ?? ""
    return "default-src 'none'; base-uri 'none'; form-action 'none'; \(styles)\(scripts)"
  }

  /// The hash of an element's text as policies name it.
  package static func hash(_ text: String) -> String {
    var text = text
    return "sha256-" + base64(text.withUTF8 { Digest.sha256(UnsafeRawBufferPointer($0)) })
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var out = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 { out.append(place <= group.count ? letters[bits >> (18 - 6 * place) & 63] : "=") }
    }
    return out
  }
}
