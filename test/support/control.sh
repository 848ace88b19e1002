#!/bin/sh
# What a person does with curl: logs in every way, reads and changes settings, and meets every error of the documentation.
# Usage: control.sh URL CACERT. Prints what does not hold; the exit code tells whether anything did not.
set -u
url=$1
cacert=$2
failures=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

api() { curl -s --cacert "$cacert" -D "$scratch/head" -o "$scratch/body" -w '%{http_code}' "$@"; }

# expect STATUS JQ-FILTER ARGUMENTS…: the answer has this status, and the filter is true of its body
expect() {
  wanted=$1 filter=$2
  shift 2
  status=$(api "$@")
  if [ "$status" != "$wanted" ] || ! jq -e "$filter" "$scratch/body" >/dev/null 2>&1; then
    failures=$((failures + 1))
    echo "curl $*: $status, wanted $wanted and $filter: $(head -c 600 "$scratch/body")"
  fi
}
# header NAME PATTERN: the answer before had it
header() {
  if ! grep -iq "^$1: .*$2" "$scratch/head"; then
    failures=$((failures + 1))
    echo "no header $1: $2 in $(cat "$scratch/head")"
  fi
}

# a login with an untyped body, and on from there
expect 200 '.status == "success" and .user == "admin" and .data.token == .token' -d '{"username":"admin","password":"password"}' "$url/api/login"
header set-cookie 'HttpOnly; SameSite=Strict; Path=/'
token=$(jq -r .token "$scratch/body")
bearer="Authorization: Bearer $token"
cookie=$(sed -n 's/^set-cookie: \([^;]*\);.*/\1/ip' "$scratch/head")

# four ways in
expect 200 '.user == "admin"' -u admin:password "$url/api/session"
expect 200 '.user == "admin"' --digest -u admin:password "$url/api/session?auth=required"
expect 200 '.user == "admin"' -H "$bearer" "$url/api/session"
expect 200 '.user == "admin"' -H "Cookie: $cookie" "$url/api/session"
expect 401 '.code == "UNAUTHENTICATED"' -u admin:wrong "$url/api/session"
header www-authenticate 'Digest realm="RotorDream", nonce="[^"]*", stale=false, algorithm=SHA-256, qop="auth", Digest .*algorithm=MD5.*Basic realm="RotorDream"'

# settings by batch and by bare value
expect 200 '.brightness == 75 and .contrast == 60 and .data.brightness == 75' -H "$bearer" -d '{"brightness":75,"contrast":60}' "$url/api/settings"
expect 200 '.brightness == 40' -H "$bearer" -d 40 "$url/api/settings/brightness"
expect 200 '.flip == "both"' -H "$bearer" -d both "$url/api/settings/flip"
expect 200 '.flip == "none"' -H "$bearer" -d '"none"' "$url/api/settings/flip"
expect 200 '.resolution == "1280x720"' -H "$bearer" -d 1280x720 "$url/api/settings/resolution"
expect 200 '.overlay.text == "Spindel 3 läuft" and .overlay.position == "top-left"' -H "$bearer" -d '{"enabled":true,"text":"Spindel 3 läuft"}' "$url/api/settings/overlay"
expect 200 '.brightness == 40' -H "$bearer" "$url/api/v1/settings/brightness"
expect 200 '.brightness == 40 and (has("status") | not)' -H "$bearer" "$url/api/settings?envelope=none"
expect 200 '.brightness.maximum == 100 and .resolution.options != null' -H "$bearer" "$url/api/settings/schema"
expect 200 '.brightness == 50 and .overlay.enabled == false' -H "$bearer" -d '{"keys":["brightness","overlay","resolution"]}' "$url/api/settings/reset"

# every error of the table
expect 400 '.code == "MALFORMED_JSON"' -H "$bearer" -d '{"brightness":' "$url/api/settings"
expect 400 '.code == "UNKNOWN_KEY" and .key == "brightnes" and .hint == "brightness"' -H "$bearer" -d '{"contrast":1,"brightnes":3}' "$url/api/settings"
expect 400 '.code == "INVALID_VALUE" and .error == "brightness must be between 0 and 100"' -H "$bearer" -d '{"contrast":1,"brightness":101}' "$url/api/settings"
expect 200 '.contrast == 60' -H "$bearer" "$url/api/settings/contrast"
expect 401 '.error' "$url/api/settings?auth=required"
expect 404 '.code == "NOT_FOUND"' "$url/api/nothing"
expect 404 '.code == "UNKNOWN_KEY"' -H "$bearer" "$url/api/settings/brightnes"
expect 404 '.code' -H "$bearer" "$url/api/settings/"
expect 405 '.code == "METHOD_NOT_ALLOWED"' -X DELETE -H "$bearer" "$url/api/settings"
header allow 'GET, POST'
expect 409 '.code == "NOT_SUPPORTED" and .key == "focus"' -H "$bearer" -d 3 "$url/api/settings/focus"
head -c 1100000 /dev/zero | tr '\0' ' ' >"$scratch/large"
expect 413 '.code == "TOO_LARGE"' -H "$bearer" --data-binary "@$scratch/large" "$url/api/settings"
expect 421 '.code == "MISDIRECTED"' -H 'Host: evil.example' "$url/api/info"
expect 403 '.code == "FOREIGN_ORIGIN"' -u admin:password -H 'Origin: https://evil.example' -d '{"brightness":1}' "$url/api/settings"
expect 426 '.code == "UPGRADE_REQUIRED"' -H "$bearer" "$url/api/v1"

# a viewer sees and changes nothing
expect 201 '.name == "Zuschauer"' -H "$bearer" -d '{"name":"Zuschauer","password":"nur schauen, nichts tun","role":"viewer"}' "$url/api/users"
expect 200 '.brightness == 50' -u 'Zuschauer:nur schauen, nichts tun' "$url/api/settings/brightness"
expect 403 '.permission == "Device_rw"' -u 'Zuschauer:nur schauen, nichts tun' -d 3 "$url/api/settings/brightness"
expect 204 'true' -X DELETE -H "$bearer" "$url/api/users/Zuschauer" || true

# too many failed logins, even with the right password then
for _ in 1 2 3 4 5; do api -d '{"username":"eve","password":"guess"}' "$url/api/login" >/dev/null; done
expect 429 '.code == "LOCKED_OUT" and .error == "Too many failed logins" and .limit == 5 and .period == "5 minutes" and .retry_after > 0' -d '{"username":"eve","password":"guess"}' "$url/api/login"
header retry-after '[0-9]'

expect 200 '.status == "success"' -X POST -H "$bearer" "$url/api/logout"
expect 401 '.error' -H "$bearer" "$url/api/session"
exit "$failures"
