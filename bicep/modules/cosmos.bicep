metadata description = 'Smart Grid Info and Trader Info: two databases of Cosmos DB for NoSQL, reached by identity only.'

@description('Name of the account.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('How it is paid for: serverless or autoscale.')
param capacity string

@description('Maximum throughput that the containers of a database share, in RU/s. Read only with autoscale.')
param autoscaleMaxRequestUnits int

@description('Reachable from the internet, by those with a role.')
param isPublic bool

@description('Object id of the principal of the app.')
param identityPrincipalId string

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Logs of every request too.')
param detailedDiagnostics bool

var isServerless = capacity == 'serverless'
var smartGridInfoName = 'smart-grid-info'
var traderInfoName = 'trader-info'
// The same as in shared/adapters/azure/cosmos/containers.ts; a test holds the two together.
var smartGridInfoContainers = [
  {
    name: 'grids'
    partitionKeyPath: '/pk'
    indexedPaths: [
      '/pk/?'
    ]
  }
  {
    name: 'closings'
    partitionKeyPath: '/pk'
    indexedPaths: [
      '/pk/?'
      '/timeframe/?'
      '/isOpen/?'
      '/isLate/?'
    ]
  }
  {
    name: 'readings'
    partitionKeyPath: '/pk'
    indexedPaths: [
      '/pk/?'
    ]
  }
  {
    name: 'answers'
    partitionKeyPath: '/id'
    indexedPaths: []
    defaultTtl: -1
  }
  {
    name: 'auditEntries'
    partitionKeyPath: '/pk'
    indexedPaths: [
      '/pk/?'
    ]
  }
]
var traderInfoContainers = [
  {
    name: 'trades'
    partitionKeyPath: '/pk'
    indexedPaths: [
      '/pk/?'
    ]
  }
]
var databaseOptions = isServerless ? {} : { autoscaleSettings: { maxThroughput: autoscaleMaxRequestUnits } }
// Cosmos DB Built-in Data Contributor: documents and their metadata, no databases, no containers.
var dataContributorRoleId = '00000000-0000-0000-0000-000000000002'

resource account 'Microsoft.DocumentDB/databaseAccounts@2024-11-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: isServerless ? [{ name: 'EnableServerless' }] : []
    consistencyPolicy: {
      defaultConsistencyLevel: 'Strong'
    }
    locations: [
      {
        locationName: location
        failoverPriority: 0
        isZoneRedundant: false
      }
    ]
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: {
        tier: 'Continuous7Days'
      }
    }
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
  }
}

resource smartGridInfo 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: smartGridInfoName
  properties: {
    resource: {
      id: smartGridInfoName
    }
    options: databaseOptions
  }
}

resource traderInfo 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2024-11-15' = {
  parent: account
  name: traderInfoName
  properties: {
    resource: {
      id: traderInfoName
    }
    options: databaseOptions
  }
}

resource smartGridInfoContainer 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = [for container in smartGridInfoContainers: {
  parent: smartGridInfo
  name: container.name
  properties: {
    resource: {
      id: container.name
      partitionKey: {
        kind: 'Hash'
        paths: [
          container.partitionKeyPath
        ]
        version: 2
      }
      indexingPolicy: {
        indexingMode: 'consistent'
        automatic: true
        includedPaths: map(container.indexedPaths, indexedPath => { path: indexedPath })
        excludedPaths: [
          {
            path: '/*'
          }
        ]
      }
      defaultTtl: container.?defaultTtl
    }
  }
}]

resource traderInfoContainer 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2024-11-15' = [for container in traderInfoContainers: {
  parent: traderInfo
  name: container.name
  properties: {
    resource: {
      id: container.name
      partitionKey: {
        kind: 'Hash'
        paths: [
          container.partitionKeyPath
        ]
        version: 2
      }
      indexingPolicy: {
        indexingMode: 'consistent'
        automatic: true
        includedPaths: map(container.indexedPaths, indexedPath => { path: indexedPath })
        excludedPaths: [
          {
            path: '/*'
          }
        ]
      }
      defaultTtl: container.?defaultTtl
    }
  }
}]

// The account holds nothing but the app's databases, so its scope is theirs.
resource useData 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2024-11-15' = {
  parent: account
  name: guid(account.id, identityPrincipalId, dataContributorRoleId)
  properties: {
    principalId: identityPrincipalId
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${dataContributorRoleId}'
    scope: account.id
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: account
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        category: 'ControlPlaneRequests'
        enabled: true
      }
      {
        category: 'DataPlaneRequests'
        enabled: detailedDiagnostics
      }
      {
        category: 'PartitionKeyRUConsumption'
        enabled: detailedDiagnostics
      }
    ]
    metrics: [
      {
        category: 'Requests'
        enabled: detailedDiagnostics
      }
    ]
  }
}

@description('Resource id of the account.')
output id string = account.id

@description('Address of the account.')
output endpoint string = account.properties.documentEndpoint

@description('Name of the database of mini grids, closings and readings.')
output smartGridInfoName string = smartGridInfo.name

@description('Name of the database of trades.')
output traderInfoName string = traderInfo.name
