//! Metrics and the description of the interface.

use crate::browser::Browser;
use crate::server::Server;

#[test]
fn metrics_have_their_own_listener_and_contain_no_requested_path() {
    let mut server = Server::start_with(&["--metrics-listen", "127.0.0.1:0"]);
    let line = std::iter::repeat_with(|| server.next_line())
        .find(|line| line.starts_with("Metrics are at "))
        .unwrap();
    let url = line.trim_start_matches("Metrics are at ").to_owned();
    Browser::of_visitor(1, 1).view("trip.city").sync(&server);
    server
        .get("/v1/canary4711?canary4711", &[])
        .assert_error(404, "not_found");
    server.get("/metrics", &[]).assert_error(404, "not_found");
    let mut answer = server.agent().get(&url).call().unwrap();
    let metrics = answer.body_mut().read_to_string().unwrap();
    for expected in [
        "escale_responses_total{method=\"POST\",route=\"/v1/sync\",status=\"200\"} 1",
        "escale_response_seconds_count{route=\"/v1/sync\"} 1",
        "escale_ready 1",
        "escale_rejections_total{code=\"not_found\"} 2",
        "escale_webhook_calls{state=\"waiting\"} 0",
        "escale_webhook_calls{state=\"given_up\"} 0",
        "# EOF",
    ] {
        assert!(metrics.contains(expected), "{expected} in {metrics}");
    }
    assert!(!metrics.contains("canary4711"), "{metrics}");
}

#[test]
fn the_interface_is_described_and_every_path_of_it_is_there() {
    let server = Server::start();
    let answer = server.get("/openapi.json", &[]);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    let api = answer.json();
    assert!(api["openapi"].as_str().unwrap().starts_with("3."), "{api}");
    for (path, methods) in api["paths"].as_object().unwrap() {
        for method in ["get", "post", "delete"] {
            let answer = match method {
                "get" => server.get(path, &[]),
                "post" => server.post_as(path, &[], b""),
                _ => server.delete(path, &[]),
            };
            assert_eq!(
                answer.status == 405,
                methods.get(method).is_none(),
                "{method} {path}: {}",
                answer.status
            );
            assert!(
                answer.status != 404 && answer.status < 500,
                "{method} {path}: {}",
                answer.status
            );
        }
    }
}
