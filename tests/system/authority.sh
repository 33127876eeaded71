# Runs inside a host, as root: sh -c "$(cat authority.sh)" - ADDRESS. Makes it an authority (Pebble, with its faults) and two DNS servers
# for "example." (Knot): the world's at ADDRESS, which the panel asks; and the authority's own at 127.0.0.2, which may see another world.
# Records come with knotc. Prints nothing.
set -eu
address=$1
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq pebble knot >/dev/null 2>&1

mkdir -p /etc/authority
cd /etc/authority
# Its own server's certificate, by an authority the panel is told of.
new_key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
# shellcheck disable=SC2086 # several words
openssl req -x509 $new_key -days 30 -subj /CN=root -keyout root.key -out root.pem 2>/dev/null
# shellcheck disable=SC2086
openssl req $new_key -subj /CN=authority -keyout key.pem -out csr 2>/dev/null
printf 'basicConstraints=CA:FALSE\nsubjectAltName=IP:%s\n' "$address" > ext
openssl x509 -req -in csr -CA root.pem -CAkey root.key -days 30 -extfile ext -out cert.pem 2>/dev/null
# Certificates that live 100 seconds: a renewal comes while the test looks.
cat > pebble.json <<END
{"pebble": {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "127.0.0.1:15000",
  "certificate": "/etc/authority/cert.pem", "privateKey": "/etc/authority/key.pem",
  "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "", "externalAccountBindingRequired": false,
  "certificateValidityPeriod": 100}}
END
systemctl disable -q --now knot
dns() { # NAME ADDRESS
    mkdir -p "/var/lib/authority/$1"
    cat > "/var/lib/authority/$1/example.zone" <<END
example. 1 SOA ns.example. admin.example. 1 60 60 60 1
example. 1 NS ns.example.
ns.example. 1 A $address
END
    cat > "$1.conf" <<END
server:
    rundir: /run/authority-$1
    listen: $2@53
    udp-workers: 1
    tcp-workers: 1
control:
    listen: /run/authority-$1.sock
database:
    storage: /var/lib/authority/$1
template:
  - id: default
    storage: /var/lib/authority/$1
    zonefile-sync: -1
zone:
  - domain: example
    file: example.zone
END
    systemd-run -q --unit "authority-$1" --property "RuntimeDirectory=authority-$1" --property Restart=on-failure knotd -c "/etc/authority/$1.conf"
}
dns world "$address"
dns own 127.0.0.2
# One nonce in seven is refused (the protocol has clients try again), and nothing is waited for on purpose.
systemd-run -q --unit authority --property Restart=on-failure --setenv PEBBLE_VA_NOSLEEP=1 --setenv PEBBLE_WFE_NONCEREJECT=15 --setenv PEBBLE_AUTHZREUSE=0 \
    pebble -config /etc/authority/pebble.json -dnsserver 127.0.0.2:53
for unit in authority-world authority-own authority; do systemctl is-active -q $unit; done
