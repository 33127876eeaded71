# Runs inside a host, as root: sh -c "$(cat postfix.sh)" - ADDRESS. Makes it a mail server for asso.example as an administrator would, with
# Debian's Postfix: people are users of the host with a Maildir; who sends signs in (Cyrus SASL); 465 is TLS from the first octet, 587
# and 25 offer STARTTLS. The password of panel@asso.example comes on standard input.
set -eu
address=$1
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postfix sasl2-bin libsasl2-modules >/dev/null

# An authority, its certificate for this address, one for another name; and the same of an authority nobody knows.
mkdir -p /etc/postfix/tls
cd /etc/postfix/tls
new_key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
for authority in ours strange; do
    # shellcheck disable=SC2086 # several words
    openssl req -x509 $new_key -days 30 -subj "/CN=$authority" -keyout $authority.key -out $authority.crt 2>/dev/null
done
certificate() { # NAME AUTHORITY WHOM
    printf 'basicConstraints=CA:FALSE\nsubjectAltName=%s\n' "$3" > ext
    # shellcheck disable=SC2086
    openssl req $new_key -subj "/CN=mail" -keyout "$1.key" -out csr 2>/dev/null
    openssl x509 -req -in csr -CA "$2.crt" -CAkey "$2.key" -days 30 -extfile ext -out "$1.crt" 2>/dev/null
    cat "$1.key" "$1.crt" > "$1.pem" # in this order, says postconf(5)
}
certificate right ours "IP:$address"
certificate unknown strange "IP:$address"
certificate misnamed ours "DNS:mail.other.example"
ln -s right.pem now.pem

postconf -e myhostname=mail.asso.example mydestination=asso.example home_mailbox=Maildir/ inet_interfaces=all \
    smtpd_peername_lookup=no smtpd_tls_chain_files=/etc/postfix/tls/now.pem smtpd_tls_security_level=may smtpd_tls_auth_only=yes smtpd_tls_received_header=yes \
    smtpd_sasl_auth_enable=yes smtpd_sasl_local_domain=asso.example cyrus_sasl_config_path=/etc/postfix/sasl \
    'smtpd_recipient_restrictions=permit_sasl_authenticated,reject'
postconf -M 'smtp/inet=smtp inet n - n - - smtpd' 'submission/inet=submission inet n - n - - smtpd' 'submissions/inet=submissions inet n - n - - smtpd'
postconf -P submission/inet/smtpd_tls_security_level=encrypt submissions/inet/smtpd_tls_wrappermode=yes

printf 'pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n' > /etc/postfix/sasl/smtpd.conf
saslpasswd2 -p -c -u asso.example panel
usermod -aG sasl postfix
systemctl restart postfix
