//! Files with personal data. In: a path. Out: a file that its owner alone can read. A file that exists keeps
//! its mode: an operator may have set it.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;

/// Creates an empty file with the mode 0600, unless the path exists.
///
/// # Errors
/// A path that cannot be written.
pub fn create(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Returns `true` if other users of the machine can read a file.
pub fn is_world_readable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o004 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
