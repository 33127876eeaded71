# shellcheck shell=sh
# Runs inside a host, as root: sh -c "$(cat spip.sh)" - SITE TENANT. Puts SPIP, from Debian's package, into a member's site as the account's
# user: unpacked (not installed), links resolved, Debian's way of serving many sites left out. What remains is SPIP's own installer.
set -eu
site=$1 tenant=$2
home=/home/$tenant/sites/$site
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

# The package and the libraries it loads; the image holds them, so no network is asked.
cd "$prefix"
for package in spip php-algo26-idna-convert php-jakeasmith-http-build-url php-psr-container php-symfony-dependency-injection \
    php-symfony-filesystem php-symfony-var-exporter php-symfony-service-contracts php-symfony-deprecation-contracts php-getid3 \
    libjs-jquery libjs-jquery-form libjs-jquery-jstree libjs-mediaelement libjs-prefix-free libjs-twitter-bootstrap-datepicker node-js-cookie fonts-dustin; do
    dpkg -x /var/cache/apt/archives/${package}_*.deb .
done

spip=usr/share/spip
rm -rf $spip/sites $spip/mutualisation $spip/IMG $spip/local $spip/plugins $spip/themes $spip/config/mes_options.php
# Links lead to other packages, some of them by absolute paths: they are looked up among what was unpacked.
find $spip -type l | while read -r link; do
    to=$(readlink -f "$link" || true)
    case $to in "$prefix"/*) ;; *) to=$prefix$(readlink "$link") ;; esac
    rm "$link"
    if [ -e "$to" ]; then cp -rL "$to" "$link"; fi
done
mkdir -p $spip/IMG $spip/local $spip/tmp $spip/plugins $spip/libraries
cp -r usr/share/php/. $spip/libraries/
grep -rl "'/usr/share/" $spip --include='*.php' | xargs sed -i \
    -e "s#'/usr/share/php/#'$home/public/libraries/#g" -e "s#'/usr/share/spip/#'$home/public/#g"

# What enters the home enters it as the tenant.
tar -C $spip -c . | runuser -u "$tenant" -- tar -C "$home/public" -x --no-same-owner
