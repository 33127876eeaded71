<?php
// Configures a copy of DokuWiki, as the account, before anybody meets it. Run by alveole-app, which says on standard input what is wanted;
// what is wrong is the last line of standard error.

declare(strict_types=1);
error_reporting(E_ALL & ~E_DEPRECATED);
ini_set('display_errors', 'stderr');

function put(string $path, string $text): void
{
    if (file_put_contents($path, $text) === false) {
        fwrite(STDERR, "$path\n");
        exit(1);
    }
}

$want = json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);
$folder = $want['folder'];
$conf = [
    'title' => $want['title'],
    'lang' => $want['language'],
    'license' => '',
    'useacl' => 1,
    'superuser' => '@admin',
    'disableactions' => 'register',
    // Pretty addresses, by the rules below.
    'userewrite' => 1,
    'useslash' => 1,
    'savedir' => './data',
    // The host's package says when there is a newer one.
    'updatecheck' => 0,
];
$lines = "<?php\n// Written by Alvéole when it installed DokuWiki; yours from then on.\n";
foreach ($conf as $key => $value) {
    $lines .= "\$conf['$key'] = " . var_export($value, true) . ";\n";
}
put("$folder/conf/local.php", $lines);
// Everybody reads; those with a name write.
put("$folder/conf/acl.auth.php", "# <?php exit()?>\n*\t@ALL\t1\n*\t@user\t8\n");
// Colons part the fields, and a number sign begins a remark: each is written as DokuWiki's own plugin writes it.
$user = array_map(
    fn($field) => str_replace(['\\', ':', '#'], ['\\\\', '\\:', '\\#'], $field),
    [$want['admin'], $want['password'], $want['admin'], $want['email'], 'admin,user'],
);
touch("$folder/conf/users.auth.php") && chmod("$folder/conf/users.auth.php", 0600);
put("$folder/conf/users.auth.php", "# <?php exit()?>\n" . implode(':', $user) . "\n");
put("$folder/vendor/debian/.htaccess", "Require all denied\n");
put("$folder/.htaccess", <<<'END'
# As DokuWiki brings it (.htaccess.dist), with pretty addresses switched on.
<Files ~ "^([\._]ht|README$|VERSION$|COPYING$)">
    Require all denied
</Files>
RedirectMatch 404 /\.git
RewriteEngine on
RewriteRule ^_media/(.*)              lib/exe/fetch.php?media=$1  [QSA,L]
RewriteRule ^_detail/(.*)             lib/exe/detail.php?media=$1  [QSA,L]
RewriteRule ^_export/([^/]+)/(.*)     doku.php?do=export_$1&id=$2  [QSA,L]
RewriteRule ^$                        doku.php  [L]
RewriteCond %{REQUEST_FILENAME}       !-f
RewriteCond %{REQUEST_FILENAME}       !-d
RewriteRule (.*)                      doku.php?id=$1  [QSA,L]
RewriteRule ^index.php$               doku.php

END);
// The host's own wiki keeps its data to itself: this one begins with a page that says its title.
foreach (['attic', 'cache', 'index', 'locks', 'log', 'media', 'media_attic', 'media_meta', 'meta', 'pages', 'tmp'] as $name) {
    is_dir("$folder/data/$name") || mkdir("$folder/data/$name", 0777, true);
}
put("$folder/data/.htaccess", "Require all denied\n");
put("$folder/data/pages/start.txt", '====== ' . str_replace('=', ' ', $want['title']) . " ======\n");
