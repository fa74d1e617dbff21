/**
 * The field numbers of the kinds that kubectl sends in protobuf (`create`, `auth`, `drain`). One message a line; a field is
 * `name=NUMBER:TYPE`: no type is a string, `int`, `bool`, `bytes`, `[T]` a list, `{T}` a map from strings, `^T` a message whose
 * fields stand in the outer object, `!` after the type one whose zero is kept (elsewhere zeros mean "not set").
 */
export const messages: Record<string, string> = {
  ConfigMap: 'metadata=1:ObjectMeta immutable=4:bool! data=2:{} binaryData=3:{bytes}',
  Secret: 'metadata=1:ObjectMeta immutable=5:bool! data=2:{bytes} stringData=4:{} type=3',
  ServiceAccount:
    'metadata=1:ObjectMeta secrets=2:[ObjectReference] imagePullSecrets=3:[LocalObjectReference] ' +
    'automountServiceAccountToken=4:bool!',
  Namespace: 'metadata=1:ObjectMeta spec=2:NamespaceSpec',
  NamespaceSpec: 'finalizers=1:[]',
  Service: 'metadata=1:ObjectMeta spec=2:ServiceSpec',
  Deployment: 'metadata=1:ObjectMeta spec=2:DeploymentSpec',
  Pod: 'metadata=1:ObjectMeta spec=2:PodSpec',
  Role: 'metadata=1:ObjectMeta rules=2:[PolicyRule]',
  RoleBinding: 'metadata=1:ObjectMeta subjects=2:[Subject] roleRef=3:RoleRef',
  ClusterRole: 'metadata=1:ObjectMeta rules=2:[PolicyRule] aggregationRule=3:AggregationRule',
  ClusterRoleBinding: 'metadata=1:ObjectMeta subjects=2:[Subject] roleRef=3:RoleRef',
  PolicyRule: 'verbs=1:[] apiGroups=2:[] resources=3:[] resourceNames=4:[] nonResourceURLs=5:[]',
  Subject: 'kind=1 apiGroup=2 name=3 namespace=4',
  RoleRef: 'apiGroup=1 kind=2 name=3',
  AggregationRule: 'clusterRoleSelectors=1:[LabelSelector]',
  Ingress: 'metadata=1:ObjectMeta spec=2:IngressSpec',
  IngressSpec: 'ingressClassName=4 defaultBackend=1:IngressBackend tls=2:[IngressTLS] rules=3:[IngressRule]',
  IngressBackend: 'service=4:IngressServiceBackend resource=3:TypedReference',
  IngressServiceBackend: 'name=1 port=2:ServiceBackendPort',
  ServiceBackendPort: 'name=1 number=2:int',
  TypedReference: 'apiGroup=1 kind=2 name=3',
  IngressTLS: 'hosts=1:[] secretName=2',
  IngressRule: 'host=1 value=2:^IngressRuleValue',
  IngressRuleValue: 'http=1:HttpValue',
  HttpValue: 'paths=1:[HttpPath]',
  HttpPath: 'path=1 pathType=3 backend=2:IngressBackend',
  PodDisruptionBudget: 'metadata=1:ObjectMeta spec=2:BudgetSpec',
  BudgetSpec:
    'minAvailable=1:IntOrString selector=2:LabelSelector maxUnavailable=3:IntOrString unhealthyPodEvictionPolicy=4',
  TokenRequest: 'metadata=1:ObjectMeta spec=2:TokenRequestSpec',
  TokenRequestSpec: 'audiences=1:[] expirationSeconds=4:int! boundObjectRef=3:BoundReference',
  BoundReference: 'kind=1 apiVersion=2 name=3 uid=4',
  TokenReview: 'metadata=1:ObjectMeta spec=2:TokenReviewSpec',
  TokenReviewSpec: 'token=1 audiences=2:[]',
  SelfSubjectReview: 'metadata=1:ObjectMeta',
  SelfSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:AccessSpec',
  SubjectAccessReview: 'metadata=1:ObjectMeta spec=2:AccessSpec',
  LocalSubjectAccessReview: 'metadata=1:ObjectMeta spec=2:AccessSpec',
  AccessSpec:
    'resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:PathAttributes user=3 groups=4:[] ' +
    'extra=5:{ExtraValue} uid=6',
  ResourceAttributes: 'namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7',
  PathAttributes: 'path=1 verb=2',
  SelfSubjectRulesReview: 'metadata=1:ObjectMeta spec=2:RulesSpec',
  RulesSpec: 'namespace=1',
  Eviction: 'metadata=1:ObjectMeta deleteOptions=2:DeleteOptions',
  DeleteOptions:
    'gracePeriodSeconds=1:int! preconditions=2:Preconditions orphanDependents=3:bool! propagationPolicy=4 dryRun=5:[]',
  Preconditions: 'uid=1 resourceVersion=2',
  Event:
    'metadata=1:ObjectMeta involvedObject=2:ObjectReference reason=3 message=4 source=5:EventSource firstTimestamp=6:Time ' +
    'lastTimestamp=7:Time count=8:int type=9 eventTime=10:MicroTime series=11:EventSeries action=12 ' +
    'related=13:ObjectReference reportingComponent=14 reportingInstance=15',
  EventSource: 'component=1 host=2',
  EventSeries: 'count=1:int lastObservedTime=2:MicroTime',
  ObjectMeta:
    'name=1 generateName=2 namespace=3 uid=5 resourceVersion=6 generation=7:int creationTimestamp=8:Time ' +
    'deletionTimestamp=9:Time labels=11:{} annotations=12:{} ownerReferences=13:[OwnerReference] finalizers=14:[]',
  OwnerReference: 'apiVersion=5 kind=1 name=3 uid=4 controller=6:bool! blockOwnerDeletion=7:bool!',
  ObjectReference: 'kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7',
  LocalObjectReference: 'name=1',
  LabelSelector: 'matchLabels=1:{} matchExpressions=2:[Expression]',
  Expression: 'key=1 operator=2 values=3:[]',
  ServiceSpec:
    'ports=1:[ServicePort] selector=2:{} clusterIP=3 clusterIPs=18:[] type=4 externalIPs=5:[] sessionAffinity=7 ' +
    'externalName=10 externalTrafficPolicy=11 publishNotReadyAddresses=13:bool ipFamilies=19:[] ipFamilyPolicy=17 ' +
    'internalTrafficPolicy=22',
  ServicePort: 'name=1 protocol=2 appProtocol=6 port=3:int targetPort=4:IntOrString nodePort=5:int',
  DeploymentSpec:
    'replicas=1:int! selector=2:LabelSelector template=3:PodTemplate strategy=4:DeploymentStrategy minReadySeconds=5:int ' +
    'revisionHistoryLimit=6:int! paused=7:bool progressDeadlineSeconds=9:int!',
  DeploymentStrategy: 'type=1 rollingUpdate=2:RollingUpdate',
  RollingUpdate: 'maxUnavailable=1:IntOrString maxSurge=2:IntOrString',
  PodTemplate: 'metadata=1:ObjectMeta spec=2:PodSpec',
  PodSpec:
    'volumes=1:[Volume] initContainers=20:[Container] containers=2:[Container] restartPolicy=3 ' +
    'terminationGracePeriodSeconds=4:int! activeDeadlineSeconds=5:int! dnsPolicy=6 nodeSelector=7:{} serviceAccountName=8 ' +
    'serviceAccount=9 automountServiceAccountToken=21:bool! nodeName=10 hostNetwork=11:bool hostPID=12:bool hostIPC=13:bool ' +
    'securityContext=14:PodSecurity imagePullSecrets=15:[LocalObjectReference] hostname=16 subdomain=17 schedulerName=19 ' +
    'tolerations=22:[Toleration] priorityClassName=24 priority=25:int! enableServiceLinks=30:bool! preemptionPolicy=31',
  PodSecurity: 'runAsUser=2:int! runAsGroup=6:int! runAsNonRoot=3:bool! supplementalGroups=4:[int] fsGroup=5:int!',
  Toleration: 'key=1 operator=2 value=3 effect=4 tolerationSeconds=5:int!',
  Volume: 'name=1 source=2:^VolumeSource',
  VolumeSource:
    'hostPath=1:HostPath emptyDir=2:EmptyDir secret=6:SecretVolume persistentVolumeClaim=10:Claim configMap=19:ConfigMapVolume',
  HostPath: 'path=1 type=2',
  EmptyDir: 'medium=1 sizeLimit=2:Quantity',
  SecretVolume: 'secretName=1 items=2:[KeyToPath] defaultMode=3:int! optional=4:bool!',
  Claim: 'claimName=1 readOnly=2:bool',
  ConfigMapVolume: 'ref=1:^LocalObjectReference items=2:[KeyToPath] defaultMode=3:int! optional=4:bool!',
  KeyToPath: 'key=1 path=2 mode=3:int!',
  Container:
    'name=1 image=2 command=3:[] args=4:[] workingDir=5 ports=6:[ContainerPort] envFrom=19:[EnvFrom] env=7:[EnvVar] ' +
    'resources=8:Resources volumeMounts=9:[VolumeMount] livenessProbe=10:Probe readinessProbe=11:Probe startupProbe=22:Probe ' +
    'terminationMessagePath=13 terminationMessagePolicy=20 imagePullPolicy=14 securityContext=15:ContainerSecurity ' +
    'stdin=16:bool stdinOnce=17:bool tty=18:bool',
  ContainerPort: 'name=1 hostPort=2:int containerPort=3:int protocol=4 hostIP=5',
  ContainerSecurity:
    'capabilities=1:Capabilities privileged=2:bool! runAsUser=4:int! runAsGroup=8:int! runAsNonRoot=5:bool! ' +
    'readOnlyRootFilesystem=6:bool! allowPrivilegeEscalation=7:bool!',
  Capabilities: 'add=1:[] drop=2:[]',
  EnvFrom: 'prefix=1 configMapRef=2:EnvSource secretRef=3:EnvSource',
  EnvSource: 'ref=1:^LocalObjectReference optional=2:bool!',
  EnvVar: 'name=1 value=2 valueFrom=3:EnvVarSource',
  EnvVarSource: 'fieldRef=1:FieldRef configMapKeyRef=3:KeyRef secretKeyRef=4:KeyRef',
  FieldRef: 'apiVersion=1 fieldPath=2',
  KeyRef: 'ref=1:^LocalObjectReference key=2 optional=3:bool!',
  Resources: 'limits=1:{Quantity} requests=2:{Quantity}',
  VolumeMount: 'name=1 readOnly=2:bool mountPath=3 subPath=4',
  Probe:
    'handler=1:^ProbeHandler initialDelaySeconds=2:int timeoutSeconds=3:int periodSeconds=4:int successThreshold=5:int ' +
    'failureThreshold=6:int',
  ProbeHandler: 'exec=1:ExecAction httpGet=2:HttpGet tcpSocket=3:TcpSocket',
  ExecAction: 'command=1:[]',
  HttpGet: 'path=1 port=2:IntOrString host=3 scheme=4',
  TcpSocket: 'port=1:IntOrString host=2',
};
