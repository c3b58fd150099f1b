metadata description = 'Prosumer Info: Azure SQL with logins of Microsoft Entra only. The schema is brought in by the migrations.'

@description('Name of the server.')
param serverName string

@description('Name of the database.')
param databaseName string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Display name of the administrating principal.')
param administratorName string

@description('Object id of the administrating principal.')
param administratorObjectId string

@description('Kind of the administrating principal: User, Group or Application.')
param administratorType string

@description('Compute: GP_S_Gen5_1 and the like are serverless, S0 to S3 provisioned.')
param compute string

@description('The fewest vCores of a serverless database that is awake, as a decimal number.')
param minVCores string

@description('Minutes without activity after which a serverless database pauses; -1 for never.')
param autoPauseMinutes int

@description('Maximum size of a serverless database in GB.')
param maxSizeGb int

@description('Where backups are kept: Local, Zone or Geo.')
param backupRedundancy string

@description('Reachable from Azure and from addresses that the firewall names, by those with a database user.')
param isPublic bool

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Statistics of queries and waits too.')
param detailedDiagnostics bool

var isServerless = startsWith(compute, 'GP_S_')

resource server 'Microsoft.Sql/servers@2023-08-01' = {
  name: serverName
  location: location
  tags: tags
  properties: {
    version: '12.0'
    minimalTlsVersion: '1.2'
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    administrators: {
      administratorType: 'ActiveDirectory'
      azureADOnlyAuthentication: true
      login: administratorName
      sid: administratorObjectId
      principalType: administratorType
      tenantId: tenant().tenantId
    }
  }
}

// 0.0.0.0 stands for Azure's own addresses: Flex Consumption has none that could be named.
resource allowAzure 'Microsoft.Sql/servers/firewallRules@2023-08-01' = if (isPublic) {
  parent: server
  name: 'AllowAllWindowsAzureIps'
  properties: {
    startIpAddress: '0.0.0.0'
    endIpAddress: '0.0.0.0'
  }
}

resource database 'Microsoft.Sql/servers/databases@2023-08-01' = {
  parent: server
  name: databaseName
  location: location
  tags: tags
  sku: {
    name: compute
    tier: isServerless ? 'GeneralPurpose' : 'Standard'
  }
  properties: {
    // 250 GB are in the price of S0 to S3.
    maxSizeBytes: (isServerless ? maxSizeGb : 250) * 1073741824
    autoPauseDelay: isServerless ? autoPauseMinutes : null
    minCapacity: isServerless ? json(minVCores) : null
    requestedBackupStorageRedundancy: backupRedundancy
    zoneRedundant: false
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: database
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'Errors'
        enabled: true
      }
      {
        category: 'Deadlocks'
        enabled: true
      }
      {
        category: 'Timeouts'
        enabled: true
      }
      {
        category: 'QueryStoreRuntimeStatistics'
        enabled: detailedDiagnostics
      }
      {
        category: 'QueryStoreWaitStatistics'
        enabled: detailedDiagnostics
      }
    ]
    metrics: [
      {
        category: 'Basic'
        enabled: detailedDiagnostics
      }
    ]
  }
}

@description('Resource id of the server.')
output serverId string = server.id

@description('Name of the server.')
output serverName string = server.name

@description('Host name of the server.')
output hostName string = server.properties.fullyQualifiedDomainName

@description('Name of the database.')
output databaseName string = database.name
