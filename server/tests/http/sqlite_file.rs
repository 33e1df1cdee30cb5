//! What only a database in a file of its own can go through.

#[test]
fn f54_a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::TempDir::new().unwrap();
    let (config, db) = (folder.path().join("escale.json"), folder.path().join("escale.db"));
    std::fs::write(&config, crate::server::config()).unwrap();
    std::fs::write(&db, "this was once a database, before the disk failed").unwrap();
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_escale"))
        .args(["serve", "--listen", "127.0.0.1:0", "--config"])
        .arg(&config)
        .arg("--db")
        .arg(&db)
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&run.stderr).contains("backup"));
    assert!(std::fs::read_to_string(&db).unwrap().starts_with("this was once"));
}
