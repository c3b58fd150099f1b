metadata description = 'A virtual network for the app, private endpoints of the stores in it, and the names to find them by.'

@description('Ending of the names of the resources.')
param baseName string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Address range of the network, at least a /24.')
param addressPrefix string

@description('Resource id of the storage account.')
param storageAccountId string

@description('Resource id of the storage account of the documents.')
param documentsAccountId string

@description('Resource id of the Cosmos DB account.')
param cosmosAccountId string

@description('Resource id of the SQL server.')
param sqlServerId string

@description('Resource id of the Service Bus namespace; empty where it has no private endpoint.')
param serviceBusNamespaceId string

@description('Resource id of the Key Vault; empty where there is none.')
param keyVaultId string

var appSubnetName = 'app'
var endpointSubnetName = 'endpoints'
var possibleTargets = [
  {
    name: 'blob'
    id: storageAccountId
    group: 'blob'
    zone: 'privatelink.blob.${environment().suffixes.storage}'
  }
  {
    name: 'cosmos'
    id: cosmosAccountId
    group: 'Sql'
    zone: 'privatelink.documents.azure.com'
  }
  {
    name: 'sql'
    id: sqlServerId
    group: 'sqlServer'
    zone: 'privatelink${environment().suffixes.sqlServerHostname}'
  }
  {
    name: 'servicebus'
    id: serviceBusNamespaceId
    group: 'namespace'
    zone: 'privatelink.servicebus.windows.net'
  }
  {
    name: 'vault'
    id: keyVaultId
    group: 'vault'
    zone: 'privatelink.vaultcore.azure.net'
  }
]

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: 'vnet-${baseName}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: appSubnetName
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          delegations: [
            {
              name: 'functions'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: endpointSubnetName
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          privateEndpointNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

resource appSubnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  parent: network
  name: appSubnetName
}

resource endpointSubnet 'Microsoft.Network/virtualNetworks/subnets@2024-05-01' existing = {
  parent: network
  name: endpointSubnetName
}

resource zones 'Microsoft.Network/privateDnsZones@2020-06-01' = [for target in possibleTargets: if (!empty(target.id)) {
  name: target.zone
  location: 'global'
  tags: tags
}]

resource zoneLinks 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2020-06-01' = [for (target, i) in possibleTargets: if (!empty(target.id)) {
  parent: zones[i]
  name: 'link-${baseName}'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: network.id
    }
  }
}]

resource endpoints 'Microsoft.Network/privateEndpoints@2024-05-01' = [for target in possibleTargets: if (!empty(target.id)) {
  name: 'pe-${target.name}-${baseName}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: endpointSubnet.id
    }
    privateLinkServiceConnections: [
      {
        name: target.name
        properties: {
          privateLinkServiceId: target.id
          groupIds: [
            target.group
          ]
        }
      }
    ]
  }
}]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [for (target, i) in possibleTargets: if (!empty(target.id)) {
  parent: endpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: target.name
        properties: {
          privateDnsZoneId: zones[i].id
        }
      }
    ]
  }
}]

// A second account of blobs: found by the names of the zone that the first one has.
resource documentsEndpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: 'pe-documents-${baseName}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: endpointSubnet.id
    }
    privateLinkServiceConnections: [
      {
        name: 'documents'
        properties: {
          privateLinkServiceId: documentsAccountId
          groupIds: [
            'blob'
          ]
        }
      }
    ]
  }
}

resource documentsZoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = {
  parent: documentsEndpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'blob'
        properties: {
          // That of the storage account of the host, first in the list above.
          privateDnsZoneId: zones[0].id
        }
      }
    ]
  }
}

@description('Resource id of the subnet that the function app sends from.')
output appSubnetId string = appSubnet.id
