#!/usr/bin/env bash
# Runs the contract suites and the app against Microsoft's emulators. Needed: Docker with compose.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
  cat <<'TEXT'
Usage: infra/emulators/run.sh [COMMAND]

  all    starts the emulators, runs the contract suites, then the app (default)
  up     starts the emulators and makes the databases and containers in them
  test   the contract suites against emulators that are up
  app    the app against emulators that are up, on http://127.0.0.1:7071; Ctrl+C stops it
  down   stops the emulators and deletes what they hold

With `app` the queues are the embedded ones: the local host reads no others. With Azure Functions
Core Tools, `infra/emulators/run.sh settings > local.settings.json` and `func start` use those of
the Service Bus emulator.
TEXT
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

compose() { docker compose --file infra/emulators/compose.yaml "$@"; }

# A password for this machine alone, made once, where git does not look.
passwordFile=.data/emulators/sqlPassword
makePassword() {
  if [ ! -s "$passwordFile" ]; then
    mkdir -p "$(dirname "$passwordFile")"
    (umask 077 && printf 'Aa1-%s\n' "$(node -p 'require("node:crypto").randomBytes(18).toString("hex")')" >"$passwordFile")
  fi
  MSSQL_SA_PASSWORD=$(<"$passwordFile")
  export MSSQL_SA_PASSWORD
}

useEmulators() {
  makePassword
  export COSMOS_ENDPOINT=http://127.0.0.1:8081/
  # The same in every emulator, and published by Microsoft: it opens nothing else.
  export COSMOS_KEY='C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=='
  export SQL_SERVER=127.0.0.1 SQL_PORT=1433 SQL_DATABASE=prosumerInfo SQL_USER=sa
  export SQL_PASSWORD=$MSSQL_SA_PASSWORD
  export BLOB_CONNECTION_STRING=UseDevelopmentStorage=true
  export SERVICE_BUS='Endpoint=sb://127.0.0.1;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;'
}

# $1: name, $2: address that answers once it is ready.
waitFor() {
  local attempt
  for ((attempt = 1; attempt <= 60; attempt += 1)); do
    if curl --fail --silent --max-time 5 "$2" >/dev/null; then return; fi
    sleep 3
  done
  compose logs --tail 50 "$1" >&2
  fail "$1 is not ready after three minutes: its last lines are above."
}

up() {
  compose up --detach --wait
  waitFor cosmos http://127.0.0.1:8080/ready
  waitFor serviceBus http://127.0.0.1:5300/health
  node --disable-warning=ExperimentalWarning infra/prepareEmulators.ts
}

runTests() { npm test -- tests/contract tests/sql tests/infra/serviceBusEmulator "$@"; }

runApp() { npm start -- --live --data .data/emulators "$@"; }

printSettings() {
  node -e '
    const names = ["COSMOS_ENDPOINT", "COSMOS_KEY", "SQL_SERVER", "SQL_PORT", "SQL_DATABASE", "SQL_USER", "SQL_PASSWORD", "BLOB_CONNECTION_STRING", "SERVICE_BUS"];
    const Values = {
      FUNCTIONS_WORKER_RUNTIME: "node",
      AzureWebJobsStorage: "UseDevelopmentStorage=true",
      TIMEFRAMES_QUEUE: "timeframes",
      TRADES_QUEUE: "trades",
      ...Object.fromEntries(names.map((name) => [name, process.env[name]])),
    };
    console.log(JSON.stringify({ IsEncrypted: false, Values }, null, 2));
  '
}

command=${1:-all}
if [ $# -gt 0 ]; then shift; fi
case $command in
  --help | help) usage; exit 0 ;;
  all | up | test | app | down | settings) useEmulators ;;
  *) usage >&2; fail "unknown command: $command" ;;
esac
if [ "$command" != settings ]; then
  docker compose version >/dev/null 2>&1 || fail 'Docker with compose is needed.'
fi
case $command in
  all) up && runTests && runApp "$@" ;;
  up) up ;;
  test) runTests "$@" ;;
  app) runApp "$@" ;;
  down) compose down --volumes --remove-orphans ;;
  settings) printSettings ;;
esac
