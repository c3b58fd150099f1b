metadata name = 'Mini Smart Grid'
metadata description = 'Everything the app needs in one resource group: functions, stores, queues, monitoring, alerts.'

targetScope = 'resourceGroup'

@description('Short name of this environment. It begins the name of every resource.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Azure region of all resources. It must offer Flex Consumption.')
param location string = resourceGroup().location

@description('Display name of the Microsoft Entra principal that administers Azure SQL. There is no password login.')
param sqlAdministratorName string

@description('Object id of that principal.')
param sqlAdministratorObjectId string

@description('Kind of that principal.')
@allowed([
  'User'
  'Group'
  'Application'
])
param sqlAdministratorType string = 'User'

@description('How Cosmos DB is paid for: by request, or by throughput that scales between a tenth of the maximum and the maximum.')
@allowed([
  'serverless'
  'autoscale'
])
param cosmosCapacity string = 'serverless'

@description('Maximum throughput that the containers of a database share, in RU/s. Read only with autoscale.')
@minValue(1000)
@maxValue(1000000)
param cosmosAutoscaleMaxRequestUnits int = 1000

@description('Compute of Azure SQL: GP_S_Gen5_* are serverless (up to that many vCores), S0 to S3 are provisioned by DTU at a fixed price.')
@allowed([
  'GP_S_Gen5_1'
  'GP_S_Gen5_2'
  'GP_S_Gen5_4'
  'GP_S_Gen5_8'
  'S0'
  'S1'
  'S2'
  'S3'
])
param sqlCompute string = 'GP_S_Gen5_1'

@description('The fewest vCores that a serverless Azure SQL keeps while it is awake, as a decimal number.')
param sqlMinVCores string = '0.5'

@description('Minutes without activity after which a serverless Azure SQL pauses; -1 for never. A grid that closes timeframes keeps it awake.')
@minValue(-1)
@maxValue(10080)
param sqlAutoPauseMinutes int = 60

@description('Maximum size of a serverless Azure SQL database, in GB. With S0 to S3 it is 250.')
@minValue(1)
@maxValue(1024)
param sqlMaxSizeGb int = 32

@description('Where backups of Azure SQL are kept: in the region, in its zones, or in the paired region too.')
@allowed([
  'Local'
  'Zone'
  'Geo'
])
param sqlBackupRedundancy string = 'Local'

@description('Tier of Service Bus. Only Premium can be reached over a private endpoint.')
@allowed([
  'Standard'
  'Premium'
])
param serviceBusTier string = 'Standard'

@description('Name of the queue of close commands.')
param timeframesQueueName string = 'timeframes'

@description('Name of the queue of batches of trades.')
param tradesQueueName string = 'trades'

@description('Where copies of the documents of billing are kept: in the data centre, in the zones of the region, or in the paired region too.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
])
param documentsRedundancy string = 'Standard_LRS'

@description('Days for which a document of billing can be neither changed nor deleted. The policy is made unlocked.')
@minValue(1)
@maxValue(146000)
param documentsRetentionDays int = 3650

@description('Bitcoin network of all keys and addresses.')
@allowed([
  'mainnet'
  'testnet'
  'signet'
  'regtest'
])
param bitcoinNetwork string = 'mainnet'

@description('Address of an index with the HTTP API of Esplora that follows the chain. Empty: none.')
param esploraUrl string = ''

@description('Address of a node of Bitcoin Core that follows the chain, instead of an index. Empty: none.')
param bitcoinRpcUrl string = ''

@description('Login of that node. Its password is a secret: BITCOIN_RPC_PASSWORD in secretAppSettings.')
param bitcoinRpcUser string = ''

@description('Address of a JSON document with exchange rates; {currency} in it stands for a currency. Empty: tariffs are in millisatoshi only.')
param rateUrl string = ''

@description('JSON pointer to the rate in that document.')
param ratePath string = ''

@description('Minutes that a rate may be old when a tariff is converted with it. Empty: 5.')
param rateMaxAgeMinutes string = ''

@description('Issuer of the tokens of callers, as they have it: https://login.microsoftonline.com/TENANT/v2.0 for Microsoft Entra ID. Empty: every request but for health is refused.')
param authIssuer string = ''

@description('What tokens for the app have as their audience: with Microsoft Entra ID the client id of its registration.')
param authAudience string = ''

@description('Claim of a token that has the roles of its caller. Empty: roles.')
param authRolesClaim string = ''

@description('Requests that each caller may make in a minute, on each instance. 0: they are not limited. Empty: 6000.')
param rateLimitPerMinute string = ''

@description('Requests that a caller who was idle may make at once. Empty: half of those of a minute.')
param rateLimitBurst string = ''

@description('Requests that an instance has under way at a time; beyond them it asks callers to come back. Empty: 100.')
param requestsInFlightMax string = ''

@description('Memory of an instance of the function app, in MB.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMb int = 2048

@description('How many instances the function app may scale out to.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Addresses (CIDR) that may call the HTTP API at all. Empty: everybody who has a token of the issuer.')
param allowedAddresses array = []

@description('App settings beyond those that this template knows, by name. They are no secrets.')
param extraAppSettings object = {}

@description('App settings that are secrets: by name of the setting, the name of its secret in Key Vault. A vault exists only where this is not empty; the secrets themselves are put into it by hand.')
param secretAppSettings object = {}

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('GB of logs that are taken in per day, after which the rest of the day is dropped; -1 for no limit.')
@minValue(-1)
param logDailyCapGb int = 1

@description('Logs of every request to the data stores too, not only of what failed. Dear at scale.')
param detailedDiagnostics bool = false

@description('Mail address that alerts go to. Empty: alerts are only shown in the portal.')
param alertEmail string = ''

@description('Minutes after the start of a timeframe by which it must have closed: its length, the grace and some patience.')
@minValue(5)
@maxValue(2880)
param lateClosingMinutes int = 60

@description('Reach the data stores over private endpoints in a virtual network and close them to the internet. The HTTP API stays public.')
param privateNetworking bool = false

@description('Address range of the virtual network, at least a /24. Read only with privateNetworking.')
param virtualNetworkAddressPrefix string = '10.70.0.0/24'

@description('Tags of all resources.')
param tags object = {}

var allTags = union({ application: 'mini-smart-grid', environment: environmentName }, tags)
var suffix = take(uniqueString(subscription().id, resourceGroup().id, environmentName), 8)
var baseName = '${toLower(environmentName)}-${suffix}'
// Storage accounts allow neither dashes nor more than 24 characters.
var storageName = take(replace('st${baseName}', '-', ''), 24)
var documentsAccountName = take(replace('doc${baseName}', '-', ''), 24)
var hasSecrets = !empty(secretAppSettings)

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: 'id-${baseName}'
    location: location
    tags: allTags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    baseName: baseName
    location: location
    tags: allTags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    identityPrincipalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    name: storageName
    location: location
    tags: allTags
    isPublic: !privateNetworking
    identityPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    detailedDiagnostics: detailedDiagnostics
  }
}

module documents 'modules/documents.bicep' = {
  name: 'documents'
  params: {
    name: documentsAccountName
    location: location
    tags: allTags
    redundancy: documentsRedundancy
    retentionDays: documentsRetentionDays
    isPublic: !privateNetworking
    identityPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    detailedDiagnostics: detailedDiagnostics
  }
}

module cosmos 'modules/cosmos.bicep' = {
  name: 'cosmos'
  params: {
    name: 'cosmos-${baseName}'
    location: location
    tags: allTags
    capacity: cosmosCapacity
    autoscaleMaxRequestUnits: cosmosAutoscaleMaxRequestUnits
    isPublic: !privateNetworking
    identityPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    detailedDiagnostics: detailedDiagnostics
  }
}

module sql 'modules/sql.bicep' = {
  name: 'sql'
  params: {
    serverName: 'sql-${baseName}'
    databaseName: 'prosumer-info'
    location: location
    tags: allTags
    administratorName: sqlAdministratorName
    administratorObjectId: sqlAdministratorObjectId
    administratorType: sqlAdministratorType
    compute: sqlCompute
    minVCores: sqlMinVCores
    autoPauseMinutes: sqlAutoPauseMinutes
    maxSizeGb: sqlMaxSizeGb
    backupRedundancy: sqlBackupRedundancy
    isPublic: !privateNetworking
    workspaceId: monitoring.outputs.workspaceId
    detailedDiagnostics: detailedDiagnostics
  }
}

module serviceBus 'modules/serviceBus.bicep' = {
  name: 'serviceBus'
  params: {
    name: 'sb-${baseName}'
    location: location
    tags: allTags
    tier: serviceBusTier
    timeframesQueueName: timeframesQueueName
    tradesQueueName: tradesQueueName
    isPublic: !(privateNetworking && serviceBusTier == 'Premium')
    identityPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    detailedDiagnostics: detailedDiagnostics
  }
}

module keyVault 'modules/keyVault.bicep' = if (hasSecrets) {
  name: 'keyVault'
  params: {
    name: take('kv-${baseName}', 24)
    location: location
    tags: allTags
    isPublic: !privateNetworking
    identityPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = if (privateNetworking) {
  name: 'network'
  params: {
    baseName: baseName
    location: location
    tags: allTags
    addressPrefix: virtualNetworkAddressPrefix
    storageAccountId: storage.outputs.id
    documentsAccountId: documents.outputs.id
    cosmosAccountId: cosmos.outputs.id
    sqlServerId: sql.outputs.serverId
    serviceBusNamespaceId: serviceBusTier == 'Premium' ? serviceBus.outputs.id : ''
    keyVaultId: hasSecrets ? keyVault!.outputs.id : ''
  }
}

module functionApp 'modules/functionApp.bicep' = {
  name: 'functionApp'
  params: {
    name: 'func-${baseName}'
    location: location
    tags: allTags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    storageAccountName: storage.outputs.name
    packageContainerUrl: storage.outputs.packageContainerUrl
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    serviceBusHostName: serviceBus.outputs.hostName
    timeframesQueueName: timeframesQueueName
    tradesQueueName: tradesQueueName
    cosmosEndpoint: cosmos.outputs.endpoint
    smartGridInfoName: cosmos.outputs.smartGridInfoName
    traderInfoName: cosmos.outputs.traderInfoName
    sqlServerHostName: sql.outputs.hostName
    sqlDatabaseName: sql.outputs.databaseName
    blobEndpoint: documents.outputs.endpoint
    documentsContainerName: documents.outputs.containerName
    bitcoinNetwork: bitcoinNetwork
    esploraUrl: esploraUrl
    bitcoinRpcUrl: bitcoinRpcUrl
    bitcoinRpcUser: bitcoinRpcUser
    rateUrl: rateUrl
    ratePath: ratePath
    rateMaxAgeMinutes: rateMaxAgeMinutes
    authIssuer: authIssuer
    authAudience: authAudience
    authRolesClaim: authRolesClaim
    rateLimitPerMinute: rateLimitPerMinute
    rateLimitBurst: rateLimitBurst
    requestsInFlightMax: requestsInFlightMax
    keyVaultName: hasSecrets ? keyVault!.outputs.name : ''
    secretAppSettings: secretAppSettings
    extraAppSettings: extraAppSettings
    instanceMemoryMb: instanceMemoryMb
    maximumInstanceCount: maximumInstanceCount
    allowedAddresses: allowedAddresses
    subnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    workspaceId: monitoring.outputs.workspaceId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    baseName: baseName
    location: location
    tags: allTags
    email: alertEmail
    serviceBusNamespaceId: serviceBus.outputs.id
    applicationInsightsId: monitoring.outputs.applicationInsightsId
    lateClosingMinutes: lateClosingMinutes
  }
}

@description('Name of the function app, for the zip deployment.')
output functionAppName string = functionApp.outputs.name

@description('Base address of the HTTP API.')
output apiUrl string = 'https://${functionApp.outputs.hostName}/api'

@description('Host name of the SQL server, for the migrations.')
output sqlServerHostName string = sql.outputs.hostName

@description('Name of the SQL server, for its firewall.')
output sqlServerName string = sql.outputs.serverName

@description('Name of the SQL database, for the migrations.')
output sqlDatabaseName string = sql.outputs.databaseName

@description('Name of the identity of the app: that of its database user.')
output identityName string = identity.outputs.name

@description('Client id of that identity, from which the sid of its database user follows.')
output identityClientId string = identity.outputs.clientId
