# shellcheck shell=sh
# Runs inside a host, as root: sh -c "$(cat wordpress.sh)" - SITE TENANT. Puts WordPress, from Debian's package, into a member's site as the
# account's user: unpacked (not installed), links resolved, Debian's own configuration left out. What remains is WordPress's own installer.
set -eu
site=$1 tenant=$2
home=/home/$tenant/sites/$site
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

# The package and the libraries it links to; the image holds them, so no network is asked.
cd "$prefix"
for package in wordpress wordpress-theme-twentytwentyfive php-getid3 libjs-cropper libjs-lodash libjs-underscore; do
    dpkg -x /var/cache/apt/archives/${package}_*.deb .
done

# Links lead to other packages, some of them by absolute paths: they are looked up among what was unpacked.
find usr/share/wordpress -type l | while read -r link; do
    to=$(readlink "$link")
    case $to in
    /usr/share/*) to=$prefix$to ;;
    /*) rm "$link"; continue ;;
    *) to=$(dirname "$link")/$to ;;
    esac
    if [ -e "$to" ]; then cp -rL --remove-destination "$to" "$link"; else rm "$link"; fi
done
rm -f usr/share/wordpress/wp-config.php
mkdir -p usr/share/wordpress/wp-content/uploads

# What enters the home enters it as the tenant.
tar -C usr/share/wordpress -c . | runuser -u "$tenant" -- tar -C "$home/public" -x --no-same-owner
