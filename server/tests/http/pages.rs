//! The config for browsers, and the demo site's pages.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use escale::{Config, compile};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::server::{Server, config};

#[test]
fn the_config_is_served_compiled_and_only_when_it_is_new() {
    let server = Server::start();
    let answer = server.get("/v1/config?site=demo", &[]);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/octet-stream")
    );
    assert_eq!(answer.bytes, compile(&config()).unwrap().bytes);
    let version = Config::from_bytes(answer.bytes.clone())
        .unwrap()
        .version_hash();
    let etag = answer.header("etag").to_owned();
    assert_eq!(etag, format!("\"{version:08x}\""));
    for tags in [
        etag.clone(),
        format!("W/{etag}"),
        format!("\"00000000\", {etag}"),
        "*".into(),
    ] {
        let again = server.get("/v1/config?site=demo", &[("if-none-match", &tags)]);
        assert_eq!(
            (again.status, again.bytes.len(), again.header("etag")),
            (304, 0, etag.as_str()),
            "{tags}"
        );
    }
    assert_eq!(
        server
            .get("/v1/config?site=demo", &[("if-none-match", "\"00000000\"")])
            .status,
        200
    );
}

const STUB: &str =
    "window.escale=window.escale||function(){(escale.q=escale.q||[]).push(arguments)}";

fn demo() -> (TempDir, Server) {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).unwrap();
        std::fs::write(path, content).unwrap();
    };
    write(
        "www/index.html",
        &format!("<title>home</title><script>{STUB}</script>"),
    );
    write(
        "www/city/index.html",
        "<title>city</title><script type=\"application/ld+json\">{}</script>",
    );
    write("www/about.html", "<title>about</title>");
    write("www/404.html", "<title>lost</title>");
    write(
        "www/plan.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    );
    write("pkg/escale_bg.wasm", "not really");
    write("pkg/client.mjs", "export {}");
    write("pkg/escale.js", "plain");
    write("pkg/escale.js.br", "brotli");
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let server = Server::start_with(&[
        "--demo-visitors",
        "0",
        "--demo",
        &path("www"),
        "--pkg",
        &path("pkg"),
    ]);
    (folder, server)
}

#[test]
fn pages_come_with_a_policy_that_allows_their_stub_and_nothing_else() {
    let (_folder, server) = demo();
    for (path, title) in [
        ("/", "home"),
        ("/city/", "city"),
        ("/about", "about"),
        ("/about.html", "about"),
    ] {
        let page = server.get(path, &[]);
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, "text/html; charset=utf-8"),
            "{path}"
        );
        assert!(
            String::from_utf8_lossy(&page.bytes).contains(title),
            "{path}"
        );
        let policy = page.header("content-security-policy");
        let hash = STANDARD.encode(Sha256::digest(STUB));
        assert!(
            policy.contains(&format!(
                "script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}';"
            )),
            "{policy}"
        );
        assert!(
            policy.contains("require-trusted-types-for 'script'")
                && !policy.contains("unsafe-inline")
        );
        assert_eq!(
            (
                page.header("x-content-type-options"),
                page.header("cache-control")
            ),
            ("nosniff", "no-cache")
        );
    }
    let lost = server.get("/nowhere", &[]);
    assert_eq!(
        (
            lost.status,
            String::from_utf8_lossy(&lost.bytes).contains("lost")
        ),
        (404, true)
    );
    assert_eq!(server.get("/v1/nowhere", &[]).status, 404);
}

#[test]
fn files_have_their_type_and_come_compressed_where_they_are() {
    let (_folder, server) = demo();
    for (path, kind) in [
        ("/escale/escale_bg.wasm", "application/wasm"),
        ("/escale/client.mjs", "application/javascript"),
        ("/escale/escale.js", "text/javascript"),
        ("/plan.svg", "image/svg+xml"),
        ("/escale.bin", "application/octet-stream"),
    ] {
        let file = server.get(path, &[("accept-encoding", "identity")]);
        assert_eq!(
            (file.status, file.header("content-type")),
            (200, kind),
            "{path}"
        );
    }
    let small = server.get("/escale/escale.js", &[("accept-encoding", "br")]);
    assert_eq!(
        (small.header("content-encoding"), small.bytes.as_slice()),
        ("br", b"brotli".as_slice())
    );
    let modified = small.header("last-modified").to_owned();
    let again = server.get(
        "/escale/escale.js",
        &[("accept-encoding", "br"), ("if-modified-since", &modified)],
    );
    assert_eq!(again.status, 304);
    assert_eq!(server.get("/escale/../escale.json", &[]).status, 404);
}
