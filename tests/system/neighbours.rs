//! Members do not trust each other: `alpha` tries to read, write and run what is `beta`'s, from files, PHP and .htaccess.

use tests::play::{Scene, Site, Tenant};

const SECRET: &str = "the-honey-of-beta";

/// Two neighbours on one host; beta has a secret in its home, in its site's folder and in its sessions.
fn with_neighbours(prefix: &str, attack: impl FnOnce(&Scene, &Site<'_>, &Site<'_>) -> Result<(), String>) {
    let scene = Scene::open(0).unwrap();
    let alpha = scene.tenant(&format!("{prefix}-alpha")).unwrap();
    let beta = scene.tenant(&format!("{prefix}-beta")).unwrap();
    let alpha_site = alpha.site(&format!("{prefix}-alpha.example")).unwrap();
    let beta_site = beta.site(&format!("{prefix}-beta.example")).unwrap();
    beta_site.put("config.php", &format!("<?php $password = '{SECRET}';")).unwrap();
    beta_site.put("who.php", "<?php echo posix_getuid();").unwrap();
    // As careless as a member may be: readable by everybody, and still out of reach.
    beta.shell(
        &format!("umask 0; cd /home/{}; echo {SECRET} > private/note; echo {SECRET} > tmp/sess_1", beta.name),
        "",
    )
    .unwrap();
    assert_eq!(beta_site.get("/who.php").unwrap().body, beta.uid.to_string(), "PHP runs as the tenant");
    attack(&scene, &alpha_site, &beta_site).unwrap();
    assert_eq!(scene.visit(&beta_site.name, "/who.php").unwrap().status, 200, "beta serves on");
}

/// Every file of beta's that alpha could wish for.
fn targets(beta: &Tenant<'_>, site: &Site<'_>) -> Vec<String> {
    let home = format!("/home/{}", beta.name);
    vec![
        format!("{home}/private/note"),
        format!("{home}/tmp/sess_1"),
        format!("{}/config.php", site.root()),
        home,
    ]
}

#[test]
fn a_neighbours_files_cannot_be_read_from_a_login() {
    with_neighbours("files", |_, alpha, beta| {
        for target in targets(beta.tenant, beta) {
            let tried = alpha.tenant.shell(
                &format!("cat '{target}' || ls '{target}' || ls '{target}/sites' || touch '{target}/x'"),
                "",
            );
            assert!(tried.is_err(), "{target}: {tried:?}");
        }
        let hard =
            alpha.tenant.shell(&format!("ln '{}/config.php' '{}/stolen'", beta.root(), alpha.root()), "");
        assert!(hard.is_err(), "a hard link was made");
        Ok(())
    });
}

#[test]
fn php_sees_its_own_cell_alone() {
    with_neighbours("php", |scene, alpha, beta| {
        let wished = targets(beta.tenant, beta);
        let list = wished.iter().map(|path| format!("'{path}'")).collect::<Vec<_>>().join(",");
        let name = &beta.tenant.name;
        alpha.put(
            "spy.php",
            &format!(
                r#"<?php ini_set('open_basedir', ''); error_reporting(0); $found = [];
foreach ([{list}, '/etc/shadow', '/var/lib/alveole/agent/identity.pem', '/var/lib/alveole/names', '/var/log/alveole/access.log', '/etc/alveole'] as $path)
    if (is_readable($path)) $found[] = $path;
foreach (scandir('/home') ?: [] as $entry) if ($entry[0] != '.' && $entry != '{own}') $found[] = "/home/$entry";
foreach (glob('/proc/[0-9]*') ?: [] as $process) {{
    $owner = fileowner($process);
    if ($owner !== posix_getuid()) $found[] = $process;
}}
foreach (['/run/alveole/cells/{name}.sock', '/run/alveole/php/{name}/fpm.sock', '/run/alveole/waker.sock', '/run/alveole/starter.sock', '/run/systemd/private', '/run/dbus/system_bus_socket'] as $socket)
    if (stream_socket_client("unix://$socket", $code, $text, 1)) $found[] = $socket;
foreach (glob('/tmp/*') ?: [] as $file) if (fileowner($file) !== posix_getuid()) $found[] = $file;
if (posix_kill(1, 0)) $found[] = 'kill 1';
file_put_contents('/usr/share/alveole/x', 'x') && $found[] = 'wrote /usr/share';
exec('/usr/bin/sudo -n id 2>/dev/null', $out, $code); $code === 0 && $found[] = 'sudo';
echo json_encode($found);"#,
                own = alpha.tenant.name
            ),
        )?;
        assert_eq!(scene.answers(&alpha.name, "/spy.php", 200)?.body, "[]");
        Ok(())
    });
}

#[test]
fn htaccess_does_not_lead_to_a_neighbour() {
    with_neighbours("htaccess", |scene, alpha, beta| {
        let (name, root) = (&beta.tenant.name, beta.root());
        let fpm = format!("proxy:unix:/run/alveole/php/{name}/fpm.sock|fcgi://localhost{root}/");
        let tries = [
            format!("SetHandler \"{fpm}\""),
            format!("AddHandler \"{fpm}\" .txt"),
            format!(
                "RewriteEngine On\nRewriteRule ^ \"unix:/run/alveole/cells/{name}.sock|http://{}/who.php\" [P]",
                beta.name
            ),
            format!(
                "RewriteEngine On\nRewriteRule ^ \"unix:/run/alveole/php/{name}/fpm.sock|fcgi://localhost{root}/who.php\" [P]"
            ),
            format!("RewriteEngine On\nRewriteRule ^ {root}/config.php [L]"),
            format!("Options +FollowSymLinks\nRewriteEngine On\nRewriteRule ^ /home/{name}/private/note [L]"),
            format!("Action steal /cgi{root}/who.php\nAddHandler steal .txt"),
            format!("ErrorDocument 404 {root}/config.php"),
            "Options +ExecCGI\nAddHandler cgi-script .txt".to_owned(),
            "Header set X-Accel-Redirect /wake\nHeader set X-Sendfile /etc/shadow".to_owned(),
        ];
        for htaccess in tries {
            alpha.put(".htaccess", &htaccess)?;
            alpha.put("page.txt", "own page")?;
            let reply = scene.visit(&alpha.name, "/page.txt")?;
            assert!(!reply.body.contains(SECRET), "{htaccess}: {}", reply.body);
            assert_ne!(reply.body, beta.tenant.uid.to_string(), "{htaccess}");
            assert!(!reply.body.contains("root:"), "{htaccess}: {}", reply.body);
        }
        alpha.put(".htaccess", "")
    });
}

#[test]
fn links_swapped_in_a_loop_never_lead_out() {
    with_neighbours("links", |scene, alpha, beta| {
        let root = alpha.root();
        // One loop flips a name between a file of alpha's and links to what it may not read, while the site is asked and the agent works there.
        let loop_line = format!(
            "cd '{root}' && echo own > own.txt && (i=0; while [ $i -lt 4000 ]; do ln -sfn own.txt a.txt; ln -sfn '{0}/config.php' a.txt; ln -sfn /etc/shadow a.txt; ln -sfn /home/{1}/private/note a.txt; i=$((i+1)); done) >/dev/null 2>&1 & echo started",
            beta.root(),
            beta.tenant.name
        );
        alpha.tenant.shell(&loop_line, "")?;
        for _ in 0..300 {
            let body = scene.visit(&alpha.name, "/a.txt")?.body;
            assert!(!body.contains(SECRET) && !body.contains("root:"), "{body}");
        }
        // The home is root's, so `sites` stays where it is; below it, a link lies in wait where the next site's folder shall be.
        let moved = alpha.tenant.shell(&format!("mv /home/{0}/sites /home/{0}/kept", alpha.tenant.name), "");
        assert!(moved.is_err(), "the tenant moved a folder of its home");
        let trap = format!(
            "ln -s /home/{}/sites /home/{}/sites/second.{}",
            beta.tenant.name, alpha.tenant.name, alpha.name
        );
        alpha.tenant.shell(&trap, "")?;
        let before = scene.shell(&format!("ls -laR /home/{} | sha256sum", beta.tenant.name))?;
        let asked = alpha.tenant.ask_site(&format!("second.{}", alpha.name))?;
        assert_eq!(asked.status, 201, "{}", asked.body);
        scene.newest(&alpha.tenant.id, "verified")?;
        for path in ["/", "/note", "/config.php", &format!("/{}/public/config.php", beta.name)] {
            let body = scene.visit(&format!("second.{}", alpha.name), path)?.body;
            assert!(!body.contains(SECRET), "{path}: {body}");
        }
        assert_eq!(
            before,
            scene.shell(&format!("ls -laR /home/{} | sha256sum", beta.tenant.name))?,
            "beta's home was touched"
        );
        Ok(())
    });
}

#[test]
fn nothing_a_tenant_puts_into_its_logs_stops_a_change_or_its_suspension() {
    let scene = Scene::open(0).unwrap();
    let tenant = scene.tenant("jammed").unwrap();
    let site = tenant.site("jammed.example").unwrap();
    site.put("index.php", "<?php echo 'awake';").unwrap();
    scene.answers(&site.name, "/", 200).unwrap();
    tenant.shell("cd /home/jammed/logs && rm -f *.log && for f in php-fpm php jammed.example apache; do mkfifo $f.log; done", "").unwrap();
    let plan = scene
        .admin
        .json("POST", "/api/v1/plans", &serde_json::json!({"name": "Petit essaim", "sites_max": 5, "names_max": 5, "php_workers": 2, "disk_mb": 100, "memory_mb": 128}))
        .unwrap()
        .ok("a plan")
        .unwrap();
    let path = format!("/api/v1/accounts/{}", tenant.id);
    let changed = scene.admin.json("PATCH", &path, &serde_json::json!({"plan": plan["id"]})).unwrap();
    assert_eq!(changed.status, 200, "{}", changed.body);
    scene.newest(&tenant.id, "verified").unwrap();
    let suspended = scene
        .admin
        .json("POST", &format!("{path}/suspend"), &serde_json::json!({"code": "threat", "reason": "x"}))
        .unwrap();
    assert_eq!(suspended.status / 100, 2, "{}", suspended.body);
    scene.newest(&tenant.id, "verified").unwrap();
    scene.answers(&site.name, "/", 503).unwrap();
    tests::wait::until("nothing of it runs", tests::play::PATIENCE, || {
        scene.shell(&format!("! pgrep -lU {}", tenant.uid)).map(drop)
    })
    .unwrap();
}

/// As any process of the tenant's: looks for a checker of its configurations, and whether it may see its namespace or signal it.
const WATCH: &str = r#"
use Fcntl;
my ($name, $seen, $root, $signal) = ($ARGV[0], 0, 0, 0);
until (-e "/home/$name/tmp/enough") {
    opendir(my $all, "/proc") or die;
    for my $pid (grep /^\d+$/, readdir $all) {
        open(my $line, "<", "/proc/$pid/cmdline") or next;
        my $said = <$line>;
        next unless defined $said && $said =~ m{/staging/$name/};
        $seen++;
        $root++ if sysopen(my $folder, "/proc/$pid/root", O_RDONLY | O_DIRECTORY);
        $signal++ if kill("CONT", $pid);
        open(my $out, ">", "/home/$name/tmp/watched.new") or die;
        print $out "$seen $root $signal";
        close $out;
        rename("/home/$name/tmp/watched.new", "/home/$name/tmp/watched");
    }
}
"#;

#[test]
fn nobody_looks_into_the_checker_of_their_own_configuration_or_stops_it() {
    with_neighbours("checker", |_, alpha, _| {
        let tenant = alpha.tenant;
        let start = format!(
            "cd /home/{0}/tmp && cat > watch.pl && (perl watch.pl {0} >/dev/null 2>&1 &)",
            tenant.name
        );
        tenant.shell(&start, WATCH)?;
        let watched =
            || tenant.shell(&format!("cat /home/{}/tmp/watched 2>/dev/null || true", tenant.name), "");
        for round in 0..40 {
            tenant.site(&format!("c{round}.{}", alpha.name))?;
            if watched()?.split(' ').next().and_then(|seen| seen.trim().parse::<u32>().ok()).unwrap_or(0)
                >= 20
            {
                break;
            }
        }
        tenant.shell(&format!("touch /home/{}/tmp/enough", tenant.name), "")?;
        let said = watched()?;
        let [seen, rest @ ..] = &*said.split_whitespace().collect::<Vec<_>>() else {
            return Err("no checker was met".to_owned());
        };
        println!("{seen} looks at a checker");
        assert_eq!(rest, ["0", "0"], "opened its root, signalled it");
        Ok(())
    });
}
