<?php
// Installs a copy of SPIP, as the account, before anybody meets it: what SPIP's own installer (ecrire/install) does in its steps, with
// SPIP's own functions. Run by alveole-app, which says on standard input what is wanted; what is wrong is the last line of standard error.

declare(strict_types=1);
require __DIR__ . '/tables.php';

$want = wanted();
$database = $want['database'];
if (!isset($want['step'])) {
    without_tables($want, 'spip_');
}

chdir($want['folder']) || fail($want['folder']);
foreach (['IMG', 'local', 'plugins', 'squelettes', 'tmp'] as $folder) {
    is_dir($folder) || mkdir($folder) || fail($folder);
}

$_SERVER['HTTP_HOST'] = $_SERVER['SERVER_NAME'] = $want['name'];
$_SERVER['REQUEST_URI'] = '/ecrire/';
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = '/ecrire/index.php';
$_SERVER['SCRIPT_FILENAME'] = $want['folder'] . '/ecrire/index.php';
$_SERVER['DOCUMENT_ROOT'] = $want['folder'];
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REMOTE_ADDR'] = '127.0.0.1';
if ($want['https']) {
    $_SERVER['HTTPS'] = 'on';
}
// SPIP looks for its language there.
$_COOKIE['spip_lang_ecrire'] = $_COOKIE['spip_lang'] = $want['language'];

// SPIP's functions see and set these as globals, which is what they are here.
$begin = function (): void {
    // SPIP tells by where it is run that its installer may.
    chdir('ecrire');
    require_once '../vendor/autoload.php';
    include_once './inc_version.php';
};

// The second half, in a process of its own: plug-ins make their tables once they are known to be there.
if (isset($want['step'])) {
    $begin();
    include_spip('inc/plugin');
    // It says as a page how far it is.
    ob_start();
    plugin_installes_meta();
    ob_end_clean();
    // Addresses that say what they lead to; the plug-in that makes them has just set them to its own.
    ecrire_meta('type_urls', 'propres');
    sql_countsel('spip_auteurs', "statut='0minirezo'") === 1 || fail('no admin was made');
    exit(0);
}

define('_ECRIRE_INSTALL', '1');
define('_ESPACE_PRIVE', true);
// What SPIP lets through while nothing is configured.
$_GET['exec'] = $_REQUEST['exec'] = 'install';
$begin();
include_spip('base/create');
include_spip('base/abstract_sql');
include_spip('inc/install');
include_spip('install/etape_3');
$wrong = install_bases('localhost', $database['user'], '', 'mysql', $database['name'], $database['name'], 0750);
$wrong === '' || fail('the tables were not made');
lire_metas();

// SPIP keeps a password as it did before version 4, salted and hashed, and turns it into its own of today when its owner signs in.
[, $salt, $hash] = explode('$', $want['password']);
$admin = sql_insertq('spip_auteurs', [
    'nom' => $want['admin'],
    'email' => $want['email'],
    'login' => $want['admin'],
    'statut' => '0minirezo',
    'webmestre' => 'oui',
    'pass' => $hash,
    'alea_actuel' => $salt,
    'alea_futur' => bin2hex(random_bytes(16)),
    'low_sec' => '',
]);
$admin > 0 || fail('no admin was made');

charger_fonction('config', 'inc')();
foreach (
    [
        // SPIP takes its titles for HTML.
        'nom_site' => htmlspecialchars($want['title'], ENT_NOQUOTES),
        'adresse_site' => $want['address'],
        'email_webmaster' => $want['email'],
        'langue_site' => $want['language'],
        // Visitors write in forums and register only once somebody has said so.
        'forums_publics' => 'non',
        'accepter_inscriptions' => 'non',
        'accepter_visiteurs' => 'non',
    ] as $name => $value
) {
    ecrire_meta($name, $value);
}
include_spip('inc/plugin');
actualise_plugins_actifs();
// It is configured from here on.
foreach ([_FILE_CONNECT_TMP, _FILE_CHMOD_TMP] as $made) {
    $file = str_replace(_FILE_TMP_SUFFIX, '.php', $made);
    (rename($made, $file) && chmod($file, 0600)) || fail($file);
}

chdir($want['folder']);
foreach (['tmp', 'config', 'vendor'] as $folder) {
    file_put_contents("$folder/.htaccess", "Require all denied\n") || fail($folder);
}
// As SPIP's own example has them.
$rules = <<<'END'
# Written by Alvéole when it installed SPIP; yours from then on.
RewriteEngine On
RewriteCond %{REQUEST_URI} !^/.well-known/
RewriteRule "(^|/)\." - [R=404,NC,L]
RedirectMatch 404 ^/composer\.(json|lock|phar)$
RewriteRule ^(local|IMG)/.*\.ph(p[0-9]?|tml)$ - [F,L]
RewriteCond %{REQUEST_FILENAME} -f
RewriteRule "." - [skip=100]
RewriteCond %{REQUEST_FILENAME} -d
RewriteRule "." - [skip=100]
RewriteRule ^rubrique([0-9]+)(\.html)?$ spip.php?page=rubrique&id_rubrique=$1 [QSA,L]
RewriteRule ^article([0-9]+)(\.html)?$ spip.php?page=article&id_article=$1 [QSA,L]
RewriteRule ^mot([0-9]+)(\.html)?$ spip.php?page=mot&id_mot=$1 [QSA,L]
RewriteRule ^auteur([0-9]+)(\.html)?$ spip.php?page=auteur&id_auteur=$1 [QSA,L]
RewriteRule ^(ecrire/)?([\w]+)\.api([/.](.*))?$ spip.php?action=api_$2&arg=$4 [QSA,L]
RewriteRule ^[^\.]+(\.html)?$ spip.php [QSA,E=url_propre:$0,L]
RewriteRule ^robots[.]txt$ spip.php?page=robots.txt [QSA,L]
RewriteRule ^favicon[.]ico$ spip.php?page=favicon.ico [QSA,L]
RewriteRule ^sitemap[.]xml$ spip.php?page=sitemap.xml [QSA,L]

END;
file_put_contents('.htaccess', $rules) || fail('.htaccess');
// For the account's cron job: what visitors would set off. It is in a folder they cannot ask for.
$tasks = <<<'END'
<?php
// Written by Alvéole when it installed SPIP: its scheduled tasks, for the account's cron job.
if (PHP_SAPI !== 'cli') {
    exit;
}
chdir(dirname(__DIR__));
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['SCRIPT_FILENAME'] = dirname(__DIR__) . '/spip.php';
$_SERVER['HTTP_HOST'] = $_SERVER['SERVER_NAME'] = %s;
require_once 'vendor/autoload.php';
include_once 'ecrire/inc_version.php';
charger_fonction('genie', 'inc')();

END;
file_put_contents('config/cron.php', sprintf($tasks, var_export($want['name'], true))) || fail('config/cron.php');
