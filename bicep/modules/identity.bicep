metadata description = 'The one identity of the app. What it may do is said where the thing is that it may do it to.'

@description('Name of the identity.')
param name string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Resource id of the identity.')
output id string = identity.id

@description('Name of the identity.')
output name string = identity.name

@description('Object id of its service principal, for role assignments.')
output principalId string = identity.properties.principalId

@description('Client id, by which the app asks for tokens.')
output clientId string = identity.properties.clientId
