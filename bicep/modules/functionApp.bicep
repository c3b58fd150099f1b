metadata description = 'The function app on Flex Consumption. Every connection goes by identity.'

@description('Name of the function app.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Resource id of the identity of the app.')
param identityId string

@description('Client id of that identity.')
param identityClientId string

@description('Name of the storage account of the host.')
param storageAccountName string

@description('Address of the container that the package is deployed to.')
param packageContainerUrl string

@description('Where telemetry goes.')
param applicationInsightsConnectionString string

@description('Host name of the Service Bus namespace.')
param serviceBusHostName string

@description('Name of the queue of close commands.')
param timeframesQueueName string

@description('Name of the queue of batches of trades.')
param tradesQueueName string

@description('Address of the Cosmos DB account.')
param cosmosEndpoint string

@description('Name of the Cosmos DB database of mini grids, closings and readings.')
param smartGridInfoName string

@description('Name of the Cosmos DB database of trades.')
param traderInfoName string

@description('Host name of the SQL server.')
param sqlServerHostName string

@description('Name of the SQL database.')
param sqlDatabaseName string

@description('Address of the blobs of the account of the documents.')
param blobEndpoint string

@description('Name of the container of the documents.')
param documentsContainerName string

@description('Bitcoin network of all keys and addresses.')
param bitcoinNetwork string

@description('Address of an index with the HTTP API of Esplora; empty for none.')
param esploraUrl string

@description('Address of a node of Bitcoin Core; empty for none.')
param bitcoinRpcUrl string

@description('Login of that node.')
param bitcoinRpcUser string

@description('Address of a JSON document with exchange rates; empty for none.')
param rateUrl string

@description('JSON pointer to the rate in that document.')
param ratePath string

@description('Minutes that a rate may be old; empty for 5.')
param rateMaxAgeMinutes string

@description('Issuer of the tokens of callers; empty for none, and then every request is refused.')
param authIssuer string

@description('What tokens for the app have as their audience.')
param authAudience string

@description('Claim of a token that has the roles of its caller; empty for roles.')
param authRolesClaim string

@description('Requests that each caller may make in a minute, on each instance; empty for 6000.')
param rateLimitPerMinute string

@description('Requests that a caller who was idle may make at once; empty for half of those of a minute.')
param rateLimitBurst string

@description('Requests that an instance has under way at a time; empty for 100.')
param requestsInFlightMax string

@description('Name of the Key Vault; empty where there is none.')
param keyVaultName string

@description('By name of a setting, the name of its secret in the Key Vault.')
param secretAppSettings object

@description('App settings beyond those named here.')
param extraAppSettings object

@description('Memory of an instance, in MB.')
param instanceMemoryMb int

@description('How many instances there may be.')
param maximumInstanceCount int

@description('Addresses (CIDR) that may call the HTTP API; empty for all.')
param allowedAddresses array

@description('Resource id of the subnet to send from; empty for none.')
param subnetId string

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

var ownAppSettings = {
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  AZURE_CLIENT_ID: identityClientId
  SERVICE_BUS__fullyQualifiedNamespace: serviceBusHostName
  SERVICE_BUS__credential: 'managedidentity'
  SERVICE_BUS__clientId: identityClientId
  TIMEFRAMES_QUEUE: timeframesQueueName
  TRADES_QUEUE: tradesQueueName
  COSMOS_ENDPOINT: cosmosEndpoint
  COSMOS_SMART_GRID_INFO_DATABASE: smartGridInfoName
  COSMOS_TRADER_INFO_DATABASE: traderInfoName
  SQL_SERVER: sqlServerHostName
  SQL_DATABASE: sqlDatabaseName
  BLOB_ENDPOINT: blobEndpoint
  DOCUMENTS_CONTAINER: documentsContainerName
  BITCOIN_NETWORK: bitcoinNetwork
  // What is empty from here on counts as not set.
  ESPLORA_URL: esploraUrl
  BITCOIN_RPC_URL: bitcoinRpcUrl
  BITCOIN_RPC_USER: bitcoinRpcUser
  RATE_URL: rateUrl
  RATE_PATH: ratePath
  RATE_MAX_AGE_MINUTES: rateMaxAgeMinutes
  AUTH_ISSUER: authIssuer
  AUTH_AUDIENCE: authAudience
  AUTH_ROLES_CLAIM: authRolesClaim
  RATE_LIMIT_PER_MINUTE: rateLimitPerMinute
  RATE_LIMIT_BURST: rateLimitBurst
  REQUESTS_IN_FLIGHT_MAX: requestsInFlightMax
}
// The host resolves each reference with the identity of the app; the value is never in a template.
var secretReferences = toObject(items(secretAppSettings), setting => setting.key, setting => '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${setting.value})')

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
      ipSecurityRestrictionsDefaultAction: empty(allowedAddresses) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: map(allowedAddresses, address => { name: 'allowed', ipAddress: address, action: 'Allow', priority: 100 })
      // Deployments come from anywhere, and ask for a token.
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: 'Allow'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'node'
        version: '22'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMb
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(extraAppSettings, secretReferences, ownAppSettings)
}

resource noFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

// Logs of functions go to Application Insights already.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: app
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Name of the function app.')
output name string = app.name

@description('Host name of the function app.')
output hostName string = app.properties.defaultHostName
