#!/bin/sh
# Prints vectors.json, from the text of Standard Webhooks 1.0.0 and with openssl alone, so that our own code is not its own witness.
# The signed bytes are id.timestamp.body. The keys are made of words, so that anybody can make them again.
set -eu
id=msg_tanggap_uji_0001 timestamp=1767225600 body='{"type":"id.tanggap.uji","data":{"kata":"coba – é"}}'
secret=$(printf 'tanggap: rahasia uji, bukan asli' | base64 -w0)
seed=$(printf 'tanggap: kunci Ed25519 uji' | openssl dgst -sha256 -r | cut -c1-64)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unhex() { while [ -n "$1" ]; do printf "\\$(printf %03o "0x$(echo "$1" | cut -c1-2)")"; set -- "$(echo "$1" | cut -c3-)"; done; }
printf '%s' "$id.$timestamp.$body" > "$folder/content"
hmac=$(openssl dgst -sha256 -mac HMAC -macopt hexkey:"$(printf '%s' "$secret" | base64 -d | od -An -v -tx1 | tr -d ' \n')" -binary "$folder/content" | base64 -w0)
unhex "302e020100300506032b657004220420$seed" > "$folder/key.der"
openssl pkeyutl -sign -rawin -keyform DER -inkey "$folder/key.der" -in "$folder/content" -out "$folder/signature"
public=$(openssl pkey -inform DER -in "$folder/key.der" -pubout -outform DER | tail -c 32 | base64 -w0)
quoted=$(printf '%s' "$body" | sed 's/"/\\"/g')
cat <<JSON
{
  "source": "tests/data/webhooks/make.sh",
  "v1": {"secret": "whsec_$secret", "id": "$id", "timestamp": $timestamp,
         "body": "$quoted", "signature": "v1,$hmac"},
  "v1a": {"public_key": "whpk_$public", "id": "$id", "timestamp": $timestamp,
          "body": "$quoted", "signature": "v1a,$(base64 -w0 < "$folder/signature")"}
}
JSON
