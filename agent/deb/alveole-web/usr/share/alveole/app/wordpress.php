<?php
// Installs a copy of WordPress, as the account, before anybody meets it: configuration, tables, first admin, pretty addresses. Run by
// alveole-app, which says on standard input what is wanted; what is wrong is the last line of standard error.

declare(strict_types=1);
require __DIR__ . '/tables.php';

// The mail WordPress sends about itself would say a password nobody has.
function wp_new_blog_notification($title, $url, $user, $password): void {}

$want = wanted();
without_tables($want, 'wp_');
$database = $want['database'];

$lines = [
    '<?php',
    '// Written by Alvéole when it installed WordPress; yours from then on.',
    '',
    '// The account itself signs in, over the Unix socket of its host: there is no password.',
];
$defines = [
    'DB_NAME' => $database['name'],
    'DB_USER' => $database['user'],
    'DB_PASSWORD' => '',
    'DB_HOST' => 'localhost',
    'DB_CHARSET' => 'utf8mb4',
    'DB_COLLATE' => '',
];
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $what) {
    $defines["{$what}_KEY"] = bin2hex(random_bytes(32));
    $defines["{$what}_SALT"] = bin2hex(random_bytes(32));
}
foreach ($defines as $name => $value) {
    $lines[] = "define('$name', " . var_export($value, true) . ');';
}
array_push(
    $lines,
    '$table_prefix = \'wp_\';',
    '',
    '// A cron job of the account runs wp-cron.php instead of visitors.',
    "define('DISABLE_WP_CRON', true);",
    "define('FS_METHOD', 'direct');",
    '',
    "if (!defined('ABSPATH')) {",
    "    define('ABSPATH', __DIR__ . '/');",
    '}',
    "require_once ABSPATH . 'wp-settings.php';",
    '',
);
$config = $want['folder'] . '/wp-config.php';
(touch($config) && chmod($config, 0600) && file_put_contents($config, implode("\n", $lines))) || fail('wp-config.php');

// As WordPress writes it itself, once it finds Apache.
$rules = <<<'END'
# BEGIN WordPress
<IfModule mod_rewrite.c>
RewriteEngine On
RewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]
RewriteBase /
RewriteRule ^index\.php$ - [L]
RewriteCond %{REQUEST_FILENAME} !-f
RewriteCond %{REQUEST_FILENAME} !-d
RewriteRule . /index.php [L]
</IfModule>
# END WordPress

END;
file_put_contents($want['folder'] . '/.htaccess', $rules) || fail('.htaccess');
foreach (['uploads', 'upgrade'] as $folder) {
    is_dir("{$want['folder']}/wp-content/$folder") || mkdir("{$want['folder']}/wp-content/$folder") || fail($folder);
}

define('WP_INSTALLING', true);
define('WP_SITEURL', $want['address']);
define('WP_HTTP_BLOCK_EXTERNAL', true);
$_SERVER['HTTP_HOST'] = $_SERVER['SERVER_NAME'] = $want['name'];
$_SERVER['REQUEST_URI'] = '/wp-admin/install.php';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
if ($want['https']) {
    $_SERVER['HTTPS'] = 'on';
}
require $want['folder'] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

$locale = $want['locale'];
if ($locale !== '') {
    // The first texts are in the site's language; where the package with translations is not installed they are in English.
    if (load_default_textdomain($locale)) {
        $GLOBALS['wp_locale'] = new WP_Locale();
    } else {
        $locale = '';
    }
}
make_db_current_silent();
// Else WordPress would try addresses out over the network.
populate_options([
    'permalink_structure' => '/%year%/%monthnum%/%postname%/',
    'timezone_string' => 'Europe/Paris',
]);
// The address may hold signs that WordPress's own form would take away; its password is replaced at once.
$done = wp_install($want['title'], $want['admin'], $want['email'], true, '', bin2hex(random_bytes(32)), $locale);
$user = (int) $done['user_id'];
$user > 0 || fail('no admin was made');
update_option('home', $want['address']);
$wpdb->update($wpdb->users, ['user_pass' => $want['password']], ['ID' => $user]) === false && fail($wpdb->last_error);
clean_user_cache($user);
delete_user_meta($user, 'default_password_nag');
get_option('siteurl') === $want['address'] || fail('the address was not kept');
// That mod_rewrite is there is known; the rules above are these.
flush_rewrite_rules(false);
