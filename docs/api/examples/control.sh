#!/bin/sh
# Logs in, reads and changes settings, takes a picture.
set -eu
url=${ROTORDREAM_URL:-http://localhost:8080}
user=${ROTORDREAM_USER:-admin}
password=${ROTORDREAM_PASSWORD:-password}

login=$(jq -n --arg username "$user" --arg password "$password" '{$username, $password}')
token=$(curl -sf -d "$login" "$url/api/login" | jq -r .token)
api() { curl -sf -H "Authorization: Bearer $token" "$@"; }

echo "logged in as $(api "$url/api/session" | jq -r .user)"
echo "brightness is $(api "$url/api/settings/brightness" | jq .brightness)"
echo "brightness becomes $(api -d 62 "$url/api/settings/brightness" | jq .brightness)"
api -d '{"brightness":50,"contrast":50}' "$url/api/settings" >/dev/null
api -o picture.jpg "$url/api/snapshot?quality=90"
echo "picture.jpg has $(od -An -tx1 -N2 picture.jpg | tr -d ' ')"
curl -sf -X POST -H "Authorization: Bearer $token" "$url/api/logout" >/dev/null
