#!/usr/bin/env bash
# Installs the Debian packages that tests drive as real clients. Exit status 0 when all of them are there at the end.
# Without root or apt-get it only says what is missing; LEVERET_INSTALL_TOOLS=no never installs.
set -euo pipefail

missing=()
command -v amqp-publish >/dev/null || missing+=(amqp-tools)
# Debian's pika belongs to Debian's Python, which need not be the first one on PATH.
/usr/bin/python3 -c 'import pika' 2>/dev/null || missing+=(python3-pika)
command -v chromium >/dev/null || missing+=(chromium)
# Definitions and messages are exchanged with it, and its rabbitmqadmin is run.
[[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ]] || missing+=(rabbitmq-server)

[[ ${#missing[@]} -eq 0 ]] && exit 0
echo "test tools: ${missing[*]} missing" >&2

if [[ ${LEVERET_INSTALL_TOOLS:-yes} == no ]]; then
  echo 'test tools: not installed, as LEVERET_INSTALL_TOOLS=no asks' >&2
  exit 1
fi
if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
  echo "test tools: installing needs root and apt-get; by hand: apt-get install ${missing[*]}" >&2
  exit 1
fi

# With this runlevel nothing that is installed is started: tests start their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
install=(apt-get install -y -qq --no-install-recommends)
"${install[@]}" "${missing[@]}" >/dev/null 2>&1 || { apt-get update -qq >/dev/null && "${install[@]}" "${missing[@]}" >/dev/null; }
echo "test tools: installed ${missing[*]}" >&2
