#!/usr/bin/env bash
# Brings the app up in Azure, or up to date: resources, schema, database user, code; then asks it
# whether it is ready. Safe to repeat: what is there as it should be stays as it is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'TEXT'
Usage: infra/deploy.sh --group GROUP --environment NAME [options]

  --group GROUP          resource group; it is made if it is not there
  --environment NAME     2 to 12 letters and digits; begins the names of all resources
  --location REGION      region of the group (default westeurope)
  --what-if              shows what would change, and changes nothing
  --allow CIDR           from where the API may be called; may be given several times
                         (default: this machine)
  --public               from everywhere; who has no token of the issuer is refused
  --client-ip ADDRESS    this machine's public address, where it cannot be found out
  --sql-admin NAME ID TYPE
                         administrator of Azure SQL, TYPE being User, Group or Application
                         (default: who is signed in; a service principal must say it)
  --parameter NAME=VALUE a parameter of bicep/main.bicep; may be given several times
  --skip-database        no migrations and no database user: where SQL cannot be reached from here
  --help                 this text
TEXT
}

group=''
environmentName=''
location=westeurope
isWhatIf=false
isPublic=false
skipDatabase=false
clientIp=''
sqlAdmin=()
allowed=()
parameters=()
deploymentName=mini-smart-grid
firewallRule=''
sqlServerName=''
workDirectory=$(mktemp -d "${TMPDIR:-/tmp}/mini-smart-grid.XXXXXX")

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

step() { printf '\n== %s\n' "$*"; }

cleanUp() {
  rm -rf "$workDirectory"
  if [ -z "$firewallRule" ]; then return; fi
  az sql server firewall-rule delete --resource-group "$group" --server "$sqlServerName" \
    --name "$firewallRule" --output none ||
    printf 'The firewall rule %s of %s is still there: delete it.\n' "$firewallRule" "$sqlServerName" >&2
}
trap cleanUp EXIT

readOptions() {
  while [ $# -gt 0 ]; do
    case $1 in
      --group) group=${2:?--group needs a name}; shift 2 ;;
      --environment) environmentName=${2:?--environment needs a name}; shift 2 ;;
      --location) location=${2:?--location needs a region}; shift 2 ;;
      --what-if) isWhatIf=true; shift ;;
      --allow) allowed+=("${2:?--allow needs an address range}"); shift 2 ;;
      --public) isPublic=true; shift ;;
      --client-ip) clientIp=${2:?--client-ip needs an address}; shift 2 ;;
      --sql-admin)
        if [ $# -lt 4 ]; then fail '--sql-admin needs NAME ID TYPE'; fi
        sqlAdmin=("$2" "$3" "$4"); shift 4 ;;
      --parameter) parameters+=("${2:?--parameter needs NAME=VALUE}"); shift 2 ;;
      --skip-database) skipDatabase=true; shift ;;
      --help) usage; exit 0 ;;
      *) usage >&2; fail "unknown option: $1" ;;
    esac
  done
  if [ -z "$group" ] || [ -z "$environmentName" ]; then usage >&2; exit 2; fi
  if [[ ! $environmentName =~ ^[a-zA-Z0-9]{2,12}$ ]]; then
    fail "--environment is \"$environmentName\"; it must be 2 to 12 letters and digits."
  fi
}

requireTools() {
  local tool
  for tool in az node npm zip curl; do
    command -v "$tool" >/dev/null || fail "$tool is needed and not on the PATH."
  done
  az account show --output none 2>/dev/null || fail 'Nobody is signed in: az login'
}

# The address that Azure sees of this machine.
findClientIp() {
  if [ -n "$clientIp" ]; then return; fi
  clientIp=$(curl --fail --silent --show-error --max-time 10 https://api.ipify.org) ||
    fail 'The public address of this machine could not be found out: give it with --client-ip.'
  if [[ ! $clientIp =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ ]]; then
    fail "\"$clientIp\" is no IPv4 address: give it with --client-ip."
  fi
}

findSqlAdmin() {
  if [ "${#sqlAdmin[@]}" -eq 3 ]; then return; fi
  if [ "$(az account show --query user.type --output tsv)" != user ]; then
    fail 'A service principal is signed in: say with --sql-admin who administers Azure SQL.'
  fi
  sqlAdmin=(
    "$(az ad signed-in-user show --query userPrincipalName --output tsv)"
    "$(az ad signed-in-user show --query id --output tsv)"
    User
  )
}

# Prints the parameters of the template, one to a line.
templateParameters() {
  printf '%s\n' "environmentName=$environmentName" "sqlAdministratorName=${sqlAdmin[0]}" \
    "sqlAdministratorObjectId=${sqlAdmin[1]}" "sqlAdministratorType=${sqlAdmin[2]}" \
    "allowedAddresses=$(allowedAddresses)"
  if [ "${#parameters[@]}" -gt 0 ]; then printf '%s\n' "${parameters[@]}"; fi
}

allowedAddresses() {
  if [ "$isPublic" = true ]; then
    printf '[]'
  elif [ "${#allowed[@]}" -gt 0 ]; then
    node -e 'console.log(JSON.stringify(process.argv.slice(1)))' "${allowed[@]}"
  else
    printf '["%s/32"]' "$clientIp"
  fi
}

# $1: create or what-if. Further arguments go to az.
deployTemplate() {
  local command=$1
  shift
  local values
  mapfile -t values < <(templateParameters)
  az deployment group "$command" --resource-group "$group" --name "$deploymentName" \
    --template-file bicep/main.bicep --parameters "${values[@]}" "$@"
}

whatIf() {
  if [ "$(az group exists --name "$group")" != true ]; then
    fail "There is no resource group $group to compare with: everything would be new. To see it in detail, make the empty group first: az group create --name $group --location $location"
  fi
  deployTemplate what-if
}

# $1: name of an output of bicep/main.bicep.
output() {
  node -e '
    const { readFileSync } = require("node:fs");
    const outputs = JSON.parse(readFileSync(process.argv[1], "utf8"));
    const value = outputs[process.argv[2]]?.value;
    if (typeof value !== "string") throw new Error("the deployment has no output " + process.argv[2]);
    console.log(value);
  ' "$workDirectory/outputs.json" "$1"
}

# Runs a command until it succeeds. $1: attempts, $2: seconds between them.
retry() {
  local attempts=$1 pause=$2 attempt
  shift 2
  for ((attempt = 1; attempt <= attempts; attempt += 1)); do
    if "$@"; then return 0; fi
    if [ "$attempt" -lt "$attempts" ]; then sleep "$pause"; fi
  done
  return 1
}

updateDatabase() {
  sqlServerName=$(output sqlServerName)
  firewallRule="deploy-$(date -u +%Y%m%dT%H%M%SZ)-$$"
  az sql server firewall-rule create --resource-group "$group" --server "$sqlServerName" \
    --name "$firewallRule" --start-ip-address "$clientIp" --end-ip-address "$clientIp" --output none
  SQL_SERVER=$(output sqlServerHostName)
  SQL_DATABASE=$(output sqlDatabaseName)
  export SQL_SERVER SQL_DATABASE
  # A new rule takes effect within five minutes.
  retry 10 30 node --disable-warning=ExperimentalWarning infra/migrate.ts
  node --disable-warning=ExperimentalWarning infra/grantDatabaseUser.ts \
    "$(output identityName)" "$(output identityClientId)"
}

deployCode() {
  npm run build
  (cd dist && zip --quiet --recurse-paths "$workDirectory/app.zip" . --exclude '*.map')
  # Right after its roles were given, the app may not yet see its own storage.
  retry 5 30 az functionapp deployment source config-zip --resource-group "$group" \
    --name "$(output functionAppName)" --src "$workDirectory/app.zip" --output none
}

# Prints the status that the app answers to whether it is ready; 000 for no answer.
readiness() {
  curl --silent --max-time 60 --output /dev/null --write-out '%{http_code}' \
    "$(output apiUrl)/health/ready" || true
}

isReady() { [ "$(readiness)" = 200 ]; }

smokeTest() {
  if [ "${#allowed[@]}" -gt 0 ] && [ "$(readiness)" = 403 ]; then
    echo 'Not asked: this machine is not among those that --allow lets in.'
    return
  fi
  # Roles, a paused database and the first start take their time.
  if ! retry 20 15 isReady; then
    curl --silent --max-time 60 "$(output apiUrl)/health/ready" >&2 || true
    fail 'The app was deployed, but it does not become ready. See above, and Application Insights.'
  fi
  curl --fail --silent --show-error --max-time 60 "$(output apiUrl)/grids?limit=1" >/dev/null
  echo 'It is.'
}

readOptions "$@"
requireTools
findSqlAdmin
if [ "$isPublic" = false ] && [ "${#allowed[@]}" -eq 0 ] || [ "$skipDatabase" = false ]; then
  findClientIp
fi
if [ "$isWhatIf" = true ]; then
  step "What would change in $group"
  whatIf
  exit 0
fi

step "Resource group $group"
if [ "$(az group exists --name "$group")" != true ]; then
  az group create --name "$group" --location "$location" --tags application=mini-smart-grid --output none
fi

step 'Resources'
deployTemplate create --query properties.outputs --output json >"$workDirectory/outputs.json"

if [ "$skipDatabase" = false ]; then
  step 'Schema and user of the database'
  updateDatabase
fi

step 'Code'
deployCode

step 'Is it ready?'
smokeTest
printf '\nThe API: %s\n' "$(output apiUrl)"
