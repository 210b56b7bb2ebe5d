#!/bin/sh
# Makes what is missing in `secrets`, beside this file. Keep that folder: without `encryption`, stored secrets are lost.
# An installation that moves here already has the four keys, in `secrets` of its data directory.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets

write() { # NAME: from standard input, whole or not at all
  if [ ! -e "secrets/$1" ]; then cat >"secrets/.$1" && mv "secrets/.$1" "secrets/$1"; fi
}

for key in cookie encryption log-token runner-token; do
  openssl rand -base64 32 | tr '+/' '-_' | tr -d '=\n' | write "$key"
done
write server.env <<END
HARMONT_DATABASE_URL=postgres://harmont:PASSWORD@HOST/harmont
HARMONT_METRICS_TOKEN=$(openssl rand -hex 24)
AWS_ACCESS_KEY_ID=
AWS_SECRET_ACCESS_KEY=
END
write runner.env <<END
HARMONT_RUNNER_KEY=
END
