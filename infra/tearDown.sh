#!/usr/bin/env bash
# Deletes a deployment with all that it holds, which nothing brings back.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: infra/tearDown.sh --group GROUP [--yes] [--no-wait]

  --group GROUP  resource group that infra/deploy.sh made; all of it is deleted
  --yes          does not ask
  --no-wait      does not wait until everything is gone
TEXT
}

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

group=''
isAgreed=false
wait=()
while [ $# -gt 0 ]; do
  case $1 in
    --group) group=${2:?--group needs a name}; shift 2 ;;
    --yes) isAgreed=true; shift ;;
    --no-wait) wait=(--no-wait); shift ;;
    --help) usage; exit 0 ;;
    *) usage >&2; fail "unknown option: $1" ;;
  esac
done
if [ -z "$group" ]; then usage >&2; exit 2; fi

az account show --output none 2>/dev/null || fail 'Nobody is signed in: az login'
if [ "$(az group exists --name "$group")" != true ]; then
  echo "There is no resource group $group: nothing to do."
  exit 0
fi
application=$(az group show --name "$group" --query tags.application --output tsv)
if [ "$application" != mini-smart-grid ]; then
  fail "$group does not bear the tag application=mini-smart-grid: it was not made by infra/deploy.sh, and may hold other things."
fi

az resource list --resource-group "$group" --query '[].{name: name, type: type}' --output table
if [ "$isAgreed" = false ]; then
  printf '\nAll of this, and every reading, trade and posting in it, will be gone.\nType the name of the group to agree: '
  read -r answer
  if [ "$answer" != "$group" ]; then fail 'Nothing was deleted.'; fi
fi
az group delete --name "$group" --yes "${wait[@]}"
echo 'Deleted. A Key Vault stays recoverable for 90 days, and its name is taken until then.'
