#!/bin/sh
# Make the secrets that compose.yaml reads, once, in a folder that only you can look into.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
make() { [ -s "secrets/$1" ] || printf %s "$2" > "secrets/$1"; }
random() { head -c "$1" /dev/urandom | od -An -tx1 | tr -d ' \n'; }
make fernet_key "$(head -c 32 /dev/urandom | base64 | tr '+/' '-_')"
make api_secret_key "$(random 32)"
make jwt_secret "$(random 32)"
make postgres_password "$(random 16)"
make s3_access_key "news"
make s3_secret_key "$(random 20)"
make database "postgresql+psycopg2://airflow:$(cat secrets/postgres_password)@postgres:5432/airflow"
make result_backend "db+$(cat secrets/database)"
make s3.json "{\"identities\": [{\"name\": \"news\", \"credentials\": [{\"accessKey\": \"$(cat secrets/s3_access_key)\", \"secretKey\": \"$(cat secrets/s3_secret_key)\"}], \"actions\": [\"Read\", \"Write\", \"List\", \"Tagging\", \"Admin\"]}]}"
# Containers run as a user of their own, who has to read them; the folder keeps all others out.
chmod 700 secrets
chmod 644 secrets/*
