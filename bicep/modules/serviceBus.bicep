metadata description = 'The two queues, as the embedded ones are: the same lock, deliveries and window of duplicates.'

@description('Name of the namespace.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Standard or Premium.')
param tier string

@description('Name of the queue of close commands.')
param timeframesQueueName string

@description('Name of the queue of batches of trades.')
param tradesQueueName string

@description('Reachable from the internet, by those with a role.')
param isPublic bool

@description('Object id of the principal of the app.')
param identityPrincipalId string

@description('Resource id of the Log Analytics workspace.')
param workspaceId string

@description('Metrics of the namespace to the workspace too.')
param detailedDiagnostics bool

var queueNames = [
  timeframesQueueName
  tradesQueueName
]
var queueSettings = {
  lockDuration: 'PT1M'
  maxDeliveryCount: 10
  requiresDuplicateDetection: true
  duplicateDetectionHistoryTimeWindow: 'PT10M'
  deadLetteringOnMessageExpiration: true
  defaultMessageTimeToLive: 'P14D'
  maxSizeInMegabytes: 5120
}
var dataSenderRoleId = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
var dataReceiverRoleId = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: tier
    tier: tier
    capacity: tier == 'Premium' ? 1 : null
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [for queueName in queueNames: {
  parent: namespace
  name: queueName
  properties: queueSettings
}]

resource sendToQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (queueName, i) in queueNames: {
  name: guid(queues[i].id, identityPrincipalId, dataSenderRoleId)
  scope: queues[i]
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSenderRoleId)
  }
}]

resource receiveFromQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (queueName, i) in queueNames: {
  name: guid(queues[i].id, identityPrincipalId, dataReceiverRoleId)
  scope: queues[i]
  properties: {
    principalId: identityPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReceiverRoleId)
  }
}]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'OperationalLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: detailedDiagnostics
      }
    ]
  }
}

@description('Resource id of the namespace.')
output id string = namespace.id

@description('Host name of the namespace.')
output hostName string = '${namespace.name}.servicebus.windows.net'
