# The relay of the till at https://example.com:8443/duka: run this as root on 198.51.100.7.
#
# It needs Debian 11, Ubuntu 22.04 or newer with OpenSSH, and Caddy 2.11.9 or newer from caddyserver.com: the 2.6.2 of
# Debian 12 breaks the callbacks that it holds. Ports 80, 443 and 22 must be open. The account kaunta-duka is for this one
# till: it gets no shell and reaches nothing on this server. Another till gets an account and a socket of its own.
# Running this again does no harm, and puts a new key of the till in place of the old one.
set -eu

# 1. The account. No password matches *, while an account without any is locked, and sshd may refuse its keys.
id -u kaunta-duka >/dev/null 2>&1 ||
	useradd --system --user-group --create-home --home-dir /var/lib/kaunta-duka \
		--comment 'Kaunta till' --shell /usr/sbin/nologin kaunta-duka
[ "$(getent passwd kaunta-duka | cut -d: -f5)" = 'Kaunta till' ] || {
	echo 'the account kaunta-duka belongs to somebody else: choose another user for the till' >&2
	exit 1
}
usermod --password '*' kaunta-duka
install -d -m 700 -o kaunta-duka -g kaunta-duka ~kaunta-duka/.ssh
cat > ~kaunta-duka/.ssh/authorized_keys <<'END'
restrict,port-forwarding ssh-ed25519 AAAAkey kaunta
END
chown kaunta-duka:kaunta-duka ~kaunta-duka/.ssh/authorized_keys
chmod 600 ~kaunta-duka/.ssh/authorized_keys

# 2. The socket's folder, made anew at each start. The account makes the socket there, and Caddy gets in by its group,
# which the socket takes over from the folder.
cat > /etc/tmpfiles.d/kaunta-duka.conf <<'END'
d /run/kaunta-duka 2750 kaunta-duka caddy -
END
systemd-tmpfiles --create /etc/tmpfiles.d/kaunta-duka.conf

# 3. sshd: the account may listen at unix sockets, and nothing else. Unlink lets a new session take over from one that
# was cut off, and ClientAlive ends the cut one.
cat > /etc/ssh/sshd_config.d/kaunta-duka.conf <<'END'
Match User kaunta-duka
    AuthenticationMethods publickey
    AllowStreamLocalForwarding remote
    StreamLocalBindUnlink yes
    StreamLocalBindMask 0117
    AllowTcpForwarding remote
    PermitListen none
    PermitOpen none
    GatewayPorts no
    AllowAgentForwarding no
    X11Forwarding no
    PermitTunnel no
    PermitTTY no
    MaxSessions 0
    ClientAliveInterval 15
    ClientAliveCountMax 3
END
sshd -t
sshd -T -C user=kaunta-duka | grep -qx 'streamlocalbindunlink yes' || {
	echo 'put this line first in /etc/ssh/sshd_config: Include /etc/ssh/sshd_config.d/*.conf' >&2
	exit 1
}
systemctl reload ssh

# 4. Caddy: HTTPS outside, the socket inside. Callbacks that come while the till is away are held for 20 s; a connection
# that is kept would lead into a session that is gone.
mkdir -p /etc/caddy/kaunta.d
cat > /etc/caddy/kaunta.d/kaunta-duka.caddy <<'END'
https://example.com:8443 {
	handle_path /duka/* {
		reverse_proxy unix//run/kaunta-duka/till.sock {
			lb_try_duration 20s
			lb_try_interval 250ms
			transport http {
				keepalive off
			}
		}
	}
}
END
grep -qx 'import kaunta.d/\*.caddy' /etc/caddy/Caddyfile || printf '\nimport kaunta.d/*.caddy\n' >> /etc/caddy/Caddyfile
caddy validate --config /etc/caddy/Caddyfile || {
	mv /etc/caddy/kaunta.d/kaunta-duka.caddy /etc/caddy/kaunta.d/kaunta-duka.refused
	echo 'Caddy refuses this site beside the others: see above' >&2
	exit 1
}
systemctl reload caddy
