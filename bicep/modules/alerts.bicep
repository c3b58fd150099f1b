metadata description = 'What somebody must look at: dead letters, closings that failed or are late, a broken invariant.'

@description('Ending of the names of the resources.')
param baseName string

@description('Azure region.')
param location string

@description('Tags of the resources.')
param tags object

@description('Mail address that alerts go to; empty for none.')
param email string

@description('Resource id of the Service Bus namespace.')
param serviceBusNamespaceId string

@description('Resource id of Application Insights.')
param applicationInsightsId string

@description('Minutes after the start of a timeframe by which it must have closed.')
param lateClosingMinutes int

var queueAlerts = [
  {
    name: 'dead-letters'
    severity: 1
    description: 'A message was dead-lettered: a timeframe may stay open or unsettled until somebody looks.'
    metric: 'DeadletteredMessages'
    aggregation: 'Maximum'
    window: 'PT5M'
  }
  {
    name: 'messages-waiting'
    severity: 2
    description: 'A queue has not been empty for half an hour: closings or recordings fall behind.'
    metric: 'ActiveMessages'
    aggregation: 'Minimum'
    window: 'PT30M'
  }
]
var queryAlerts = [
  {
    name: 'closing-failed'
    severity: 1
    description: 'A closing or a recording failed: it is tried again, and dead-lettered after ten deliveries.'
    query: 'requests | where name in ("closeTimeframes", "closeTimeframe", "recordTrades") and success == false'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'closing-late'
    severity: 2
    description: 'Timeframes were closed later than they should have been.'
    query: 'traces | where message startswith "Timeframe closed " | extend closed = parse_json(substring(message, 17)) | where datetime_diff("minute", timestamp, todatetime(closed.timeframe)) > ${lateClosingMinutes}'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'timer-silent'
    severity: 1
    description: 'The timer that closes timeframes has not run to its end for a quarter of an hour.'
    query: 'requests | where name == "closeTimeframes" and success == true'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'invariant-broken'
    severity: 0
    description: 'An assertion failed: debits and credits, energy or the hash chain do not agree. Nothing was written.'
    query: 'union exceptions, traces | where tostring(pack_all()) has "AssertionError"'
    operator: 'GreaterThan'
    threshold: 0
  }
]
var actionGroupIds = empty(email) ? [] : [actionGroup.id]

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${baseName}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'mini-grid'
    emailReceivers: [
      {
        name: 'operator'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource metricAlert 'Microsoft.Insights/metricAlerts@2018-03-01' = [for alert in queueAlerts: {
  name: '${alert.name}-${baseName}'
  location: 'global'
  tags: tags
  properties: {
    description: alert.description
    severity: alert.severity
    enabled: true
    autoMitigate: true
    scopes: [
      serviceBusNamespaceId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: alert.window
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: alert.name
          criterionType: 'StaticThresholdCriterion'
          metricName: alert.metric
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: [
                '*'
              ]
            }
          ]
          timeAggregation: alert.aggregation
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: map(actionGroupIds, actionGroupId => { actionGroupId: actionGroupId })
  }
}]

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in queryAlerts: {
  name: '${alert.name}-${baseName}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: alert.name
    description: alert.description
    severity: alert.severity
    enabled: true
    autoMitigate: true
    scopes: [
      applicationInsightsId
    ]
    // As often as timeframes close; every five minutes would cost three times as much.
    evaluationFrequency: 'PT15M'
    windowSize: 'PT15M'
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: alert.operator
          threshold: alert.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: actionGroupIds
    }
  }
}]
