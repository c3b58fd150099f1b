metadata description = 'The documents of billing in an account of their own: written once, kept for years. The host may do as it likes with its own account, but not with this one.'

@description('Name of the storage account.')
@minLength(3)
@maxLength(24)
param name string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Where copies are kept, as Azure names it.')
param redundancy string

@description('Days for which a document can be neither changed nor deleted.')
param retentionDays int

@description('Reachable from the internet, by those with a role.')
param isPublic bool

@description('Object id of the principal of the app.')
param identityPrincipalId string

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Logs of every read and write too.')
param detailedDiagnostics bool

var documentsContainerName = 'documents'
// Storage Blob Data Contributor: blobs of this container, and not its policy.
var blobDataContributorRoleId = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPublic ? 'Allow' : 'Deny'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 30
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 30
    }
  }
}

resource documents 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = {
  parent: blobs
  name: documentsContainerName
  properties: {
    publicAccess: 'None'
  }
}

// It is made unlocked: an administrator can still shorten or remove it. Locking it is for good, and by hand.
resource writtenOnce 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-01-01' = {
  parent: documents
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: retentionDays
    allowProtectedAppendWrites: false
  }
}

resource useDocuments 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(documents.id, identityPrincipalId, blobDataContributorRoleId)
  scope: documents
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributorRoleId)
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageRead'
        enabled: detailedDiagnostics
      }
      {
        category: 'StorageWrite'
        enabled: detailedDiagnostics
      }
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
  }
}

@description('Resource id of the account.')
output id string = account.id

@description('Address of the blobs of the account.')
output endpoint string = account.properties.primaryEndpoints.blob

@description('Name of the container.')
output containerName string = documents.name
