# Runs inside a host, as root: sh -c "$(cat wiki.sh)" - SITE TENANT PASSWORD. Puts DokuWiki, from Debian's package, into a member's site as
# the account's user: unpacked (not installed), links resolved, its absolute paths turned to the site's own folder.
# Code stands in public/, data and configuration beside it, out of the web's reach.
set -eu
site=$1 tenant=$2 password=$3
home=/home/$tenant/sites/$site
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

# The package and the libraries it links to; the image holds them, so no network is asked.
cd "$prefix"
for package in dokuwiki php-geshi libphp-simplepie php-phpseclib3 php-random-compat php-constant-time php-kissifrot-php-ixr \
    libjs-jquery libjs-jquery-cookie libjs-jquery-ui; do
    dpkg -x /var/cache/apt/archives/${package}_*.deb .
done

mkdir -p site/public site/libraries
cp -r usr/share/dokuwiki/. site/public/
rm -f site/public/lib/tpl site/public/lib/plugins site/public/.htaccess
cp -r var/lib/dokuwiki/lib/. site/public/lib/
cp -r var/lib/dokuwiki/data site/data
cp -r etc/dokuwiki site/conf
rm -f site/conf/acl.auth.php site/conf/users.auth.php
cp -rL usr/share/php usr/share/php-geshi usr/share/javascript site/libraries/
grep -rlE '/usr/share/(php|php-geshi|javascript)|/etc/dokuwiki|/var/lib/dokuwiki' site --include='*.php' | xargs sed -i \
    -e "s#/usr/share/php#$home/libraries/php#g" -e "s#/usr/share/javascript#$home/libraries/javascript#g" \
    -e "s#/etc/dokuwiki#$home/conf#g" -e "s#/var/lib/dokuwiki#$home#g"

cat > site/conf/local.php <<END
<?php
\$conf['title'] = 'Le wiki du miel';
\$conf['lang'] = 'en';
\$conf['license'] = '';
\$conf['useacl'] = 1;
\$conf['superuser'] = '@admin';
\$conf['disableactions'] = 'register';
\$conf['userewrite'] = 1;
\$conf['savedir'] = '$home/data';
\$conf['updatecheck'] = 0;
END
hash=$(printf %s "$password" | php -r 'echo password_hash(stream_get_contents(STDIN), PASSWORD_BCRYPT);')
printf 'ana:%s:Ana:ana@asso.example:admin,user\n' "$hash" > site/conf/users.auth.php
printf '*\t@ALL\t1\n*\t@user\t16\n' > site/conf/acl.auth.php
cat > site/public/.htaccess <<'END'
RewriteEngine on
RewriteRule ^_media/(.*)              lib/exe/fetch.php?media=$1 [QSA,L]
RewriteRule ^_detail/(.*)             lib/exe/detail.php?media=$1 [QSA,L]
RewriteRule ^_export/([^/]+)/(.*)     doku.php?do=export_$1&id=$2 [QSA,L]
RewriteRule ^$                        doku.php [L]
RewriteCond %{REQUEST_FILENAME}       !-f
RewriteCond %{REQUEST_FILENAME}       !-d
RewriteRule (.*)                      doku.php?id=$1 [QSA,L]
END

# What enters the home enters it as the tenant.
tar -C site -c . | runuser -u "$tenant" -- tar -C "$home" -x --no-same-owner
