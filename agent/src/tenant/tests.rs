//! Homes in which somebody has put links where folders should be.

use super::*;
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::Path,
};

fn lab() -> (tempfile::TempDir, Paths, UnixName, TenantUid, SiteName) {
    let dir = tempfile::tempdir().unwrap();
    let paths = Paths::below(dir.path());
    fs::create_dir_all(paths.homes()).unwrap();
    // Others must be able to pass through the temporary folder, as through /home.
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    (dir, paths, "asso".parse().unwrap(), 200_001.try_into().unwrap(), "asso.example".parse().unwrap())
}

/// A folder outside, with content that must survive.
fn outside(paths: &Paths) -> std::path::PathBuf {
    let outside = paths.root().join("etc");
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("shadow"), "secret").unwrap();
    outside
}

fn untouched(outside: &Path) {
    assert_eq!(fs::read_dir(outside).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(outside.join("shadow")).unwrap(), "secret");
    assert_eq!(fs::metadata(outside).unwrap().uid(), geteuid().as_raw());
}

#[test]
fn a_home_is_made_twice_alike() {
    let (_dir, paths, account, uid, folder) = lab();
    assert_eq!(look_home(&paths, &account, uid).unwrap(), Place::Missing);
    for _ in 0..2 {
        make_home(&paths, &account, uid).unwrap();
        make_site(&paths, &account, uid, &folder).unwrap();
        assert_eq!(look_home(&paths, &account, uid).unwrap(), Place::Right);
        assert_eq!(look_site(&paths, &account, &folder).unwrap(), Place::Right);
    }
    let public = fs::metadata(paths.document_root(&account, &folder)).unwrap();
    assert_eq!(public.mode() & 0o7777, 0o750);
    if privileged() {
        assert_eq!((public.uid(), public.gid()), (uid.get(), uid.get()));
        let home = fs::metadata(paths.home(&account)).unwrap();
        assert_eq!((home.uid(), home.gid(), home.mode() & 0o7777), (0, uid.get(), 0o750));
    }
}

#[test]
fn links_in_the_way_lead_nowhere() {
    let (_dir, paths, account, uid, folder) = lab();
    let outside = outside(&paths);
    // The home itself.
    symlink(&outside, paths.home(&account)).unwrap();
    assert_eq!(look_home(&paths, &account, uid).unwrap(), Place::Foreign);
    assert!(make_home(&paths, &account, uid).is_err());
    assert!(make_site(&paths, &account, uid, &folder).is_err());
    assert!(erase_home(&paths, &account, uid).is_err());
    untouched(&outside);
    // sites/
    fs::remove_file(paths.home(&account)).unwrap();
    make_home(&paths, &account, uid).unwrap();
    let sites = paths.home(&account).join("sites");
    fs::remove_dir(&sites).unwrap();
    symlink(&outside, &sites).unwrap();
    assert_eq!(look_home(&paths, &account, uid).unwrap(), Place::Foreign);
    assert_eq!(look_site(&paths, &account, &folder).unwrap(), Place::Foreign);
    assert!(make_home(&paths, &account, uid).is_err());
    assert!(make_site(&paths, &account, uid, &folder).is_err());
    assert!(erase_home(&paths, &account, uid).is_err());
    untouched(&outside);
    // A site's folder, which the tenant may turn into a link of its own: nothing is made behind it.
    fs::remove_file(&sites).unwrap();
    make_home(&paths, &account, uid).unwrap();
    symlink(&outside, sites.join(folder.as_str())).unwrap();
    assert_eq!(look_site(&paths, &account, &folder).unwrap(), Place::Right);
    assert!(make_site(&paths, &account, uid, &folder).is_err());
    untouched(&outside);
    erase_home(&paths, &account, uid).unwrap();
    assert!(!paths.home(&account).exists());
    untouched(&outside);
}

#[test]
fn another_accounts_home_is_refused() {
    if !privileged() {
        return;
    }
    let (_dir, paths, account, uid, folder) = lab();
    make_home(&paths, &account, 200_002.try_into().unwrap()).unwrap();
    assert_eq!(look_home(&paths, &account, uid).unwrap(), Place::Foreign);
    assert!(make_home(&paths, &account, uid).is_err());
    assert!(make_site(&paths, &account, uid, &folder).is_err());
    assert!(erase_home(&paths, &account, uid).is_err());
    assert!(paths.home(&account).join("sites").is_dir());
}

#[test]
fn everything_of_a_home_can_be_erased_however_deep_and_closed() {
    let (_dir, paths, account, uid, folder) = lab();
    make_home(&paths, &account, uid).unwrap();
    make_site(&paths, &account, uid, &folder).unwrap();
    let sites = paths.home(&account).join("sites");
    let give = |path: &Path| {
        if privileged() {
            std::os::unix::fs::chown(path, Some(uid.get()), Some(uid.get())).unwrap();
        }
    };
    let mut deep = sites.join("deep");
    for _ in 0..300 {
        fs::create_dir(&deep).unwrap();
        give(&deep);
        deep = deep.join("d");
    }
    let closed = paths.document_root(&account, &folder).join("closed");
    fs::create_dir(&closed).unwrap();
    fs::write(closed.join("file"), "x").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    give(&closed);
    symlink("/", sites.join("root")).unwrap();
    erase_home(&paths, &account, uid).unwrap();
    erase_home(&paths, &account, uid).unwrap();
    assert!(!paths.home(&account).exists());
}

#[test]
fn what_is_not_the_tenants_is_not_erased() {
    if !privileged() {
        return;
    }
    let (_dir, paths, account, uid, _) = lab();
    make_home(&paths, &account, uid).unwrap();
    let roots = paths.home(&account).join("private/roots");
    fs::create_dir(&roots).unwrap();
    fs::write(roots.join("kept"), "x").unwrap();
    assert!(erase_home(&paths, &account, uid).is_err());
    assert!(roots.join("kept").exists());
}

#[test]
fn a_home_whose_own_folders_are_closed_is_erased() {
    for (name, _) in FOLDERS {
        for mode in [0o500, 0o000] {
            let (_dir, paths, account, uid, _) = lab();
            make_home(&paths, &account, uid).unwrap();
            let top = paths.home(&account).join(name);
            fs::write(top.join("file"), "x").unwrap();
            fs::set_permissions(&top, fs::Permissions::from_mode(mode)).unwrap();
            let erased = erase_home(&paths, &account, uid);
            assert!(erased.is_ok() && !paths.home(&account).exists(), "{name} {mode:o}: {erased:?}");
        }
    }
}

#[test]
fn names_that_are_taken_and_closed_folders_do_not_stop_an_erasure() {
    let (_dir, paths, account, uid, _) = lab();
    make_home(&paths, &account, uid).unwrap();
    let sites = paths.home(&account).join("sites");
    let mut made = Vec::new();
    // Whatever the order in which the folder is read, some of these are still there when a deep one is moved up.
    for n in (1..20).step_by(2) {
        made.push(sites.join(format!(".alveole-erased-{n}/kept")));
    }
    made.push(sites.join("d/".repeat(300)));
    for n in (2..20).step_by(2) {
        made.push(sites.join(format!(".alveole-erased-{n}/kept")));
    }
    for path in made {
        fs::create_dir_all(&path).unwrap();
        for folder in path.ancestors().take_while(|folder| *folder != sites) {
            if privileged() {
                std::os::unix::fs::chown(folder, Some(uid.get()), Some(uid.get())).unwrap();
            }
            fs::set_permissions(folder, fs::Permissions::from_mode(0o500)).unwrap();
        }
    }
    erase_home(&paths, &account, uid).unwrap();
    assert!(!paths.home(&account).exists());
}
