/**
 * The field numbers of the kinds that kubectl sends in protobuf (`create NOUN`, `create token`, `auth`): it takes no other
 * form there, even after a 415. A field is `name=NUMBER:TYPE`: no type is a string, `int`, `bool`, `bytes`, `[T]` a list,
 * `{T}` a map from strings, `!` after the type one whose zero is kept (elsewhere zeros mean "not set").
 */
export const messages: Record<string, string> = {
  ConfigMap: 'metadata=1:ObjectMeta immutable=4:bool! data=2:{} binaryData=3:{bytes}',
  Secret: 'metadata=1:ObjectMeta immutable=5:bool! data=2:{bytes} stringData=4:{} type=3',
  ServiceAccount:
    'metadata=1:ObjectMeta secrets=2:[ObjectReference] imagePullSecrets=3:[LocalObjectReference] ' +
    'automountServiceAccountToken=4:bool!',
  Namespace: 'metadata=1:ObjectMeta spec=2:NamespaceSpec',
  NamespaceSpec: 'finalizers=1:[]',
  Role: 'metadata=1:ObjectMeta rules=2:[PolicyRule]',
  RoleBinding: 'metadata=1:ObjectMeta subjects=2:[Subject] roleRef=3:RoleRef',
  ClusterRole: 'metadata=1:ObjectMeta rules=2:[PolicyRule] aggregationRule=3:AggregationRule',
  ClusterRoleBinding: 'metadata=1:ObjectMeta subjects=2:[Subject] roleRef=3:RoleRef',
  PolicyRule: 'verbs=1:[] apiGroups=2:[] resources=3:[] resourceNames=4:[] nonResourceURLs=5:[]',
  Subject: 'kind=1 apiGroup=2 name=3 namespace=4',
  RoleRef: 'apiGroup=1 kind=2 name=3',
  AggregationRule: 'clusterRoleSelectors=1:[LabelSelector]',
  TokenRequest: 'metadata=1:ObjectMeta spec=2:TokenRequestSpec',
  TokenRequestSpec: 'audiences=1:[] expirationSeconds=4:int! boundObjectRef=3:BoundReference',
  BoundReference: 'kind=1 apiVersion=2 name=3 uid=4',
  SelfSubjectReview: 'metadata=1:ObjectMeta',
  SelfSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:AccessSpec',
  AccessSpec:
    'resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:PathAttributes user=3 groups=4:[] ' +
    'extra=5:{ExtraValue} uid=6',
  ResourceAttributes: 'namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7',
  PathAttributes: 'path=1 verb=2',
  SelfSubjectRulesReview: 'metadata=1:ObjectMeta spec=2:RulesSpec',
  RulesSpec: 'namespace=1',
  ObjectMeta:
    'name=1 generateName=2 namespace=3 uid=5 resourceVersion=6 generation=7:int ' +
    'labels=11:{} annotations=12:{} finalizers=14:[]',
  ObjectReference: 'kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7',
  LocalObjectReference: 'name=1',
  LabelSelector: 'matchLabels=1:{} matchExpressions=2:[Expression]',
  Expression: 'key=1 operator=2 values=3:[]',
};
