{{- define "tarn.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "tarn.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 54 | trimSuffix "-" }}
{{- else if contains (include "tarn.name" .) .Release.Name }}
{{- .Release.Name | trunc 54 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "tarn.name" .) | trunc 54 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "tarn.selector" -}}
app.kubernetes.io/name: {{ include "tarn.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tarn.labels" -}}
{{ include "tarn.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "tarn.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "tarn.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "tarn.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- define "tarn.isDaemon" -}}
{{- if eq .Values.mode "daemonset" }}true{{ else if ne .Values.mode "statefulset" }}
{{- fail (printf "mode: statefulset or daemonset, not %q" .Values.mode) }}
{{- end }}
{{- end }}

{{- /* A node's disk is not the mirror's alone: the kubelet evicts where little is free. */ -}}
{{- define "tarn.config" -}}
{{- $config := deepCopy .Values.config }}
{{- if include "tarn.isDaemon" . }}
{{- $config = mergeOverwrite (dict "storage" (dict "capacity" "20%")) $config }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{- /* What a pod of either kind is. */ -}}
{{- define "tarn.pod" -}}
metadata:
  labels:
    {{- include "tarn.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ include "tarn.config" . | sha256sum }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "tarn.serviceAccount" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  {{- if and (include "tarn.isDaemon" .) .Values.containerd.enabled }}
  initContainers:
    # Has the node's containerd ask this node's mirror first. A second run changes nothing.
    - name: containerd
      image: {{ include "tarn.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - client-config
        - --for=containerd
        - --write
        - --root=/host
        - --config=/etc/tarn/tarn.yaml
        - --mirror=http://127.0.0.1:{{ .Values.hostPort }}
      # The node's files are root's.
      securityContext:
        runAsNonRoot: false
        runAsUser: 0
        runAsGroup: 0
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - name: config
          mountPath: /etc/tarn
          readOnly: true
        - name: containerd
          mountPath: /host/etc/containerd
        {{- if .Values.existingSecret }}
        - name: secret
          mountPath: /run/secrets/tarn
          readOnly: true
        {{- end }}
  {{- end }}
  containers:
    - name: tarn
      image: {{ include "tarn.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args: [serve, --config=/etc/tarn/tarn.yaml]
      env:
        - name: TARN_ADMIN_ADDR
          value: ":5001"
        - name: TARN_ADMIN_TOKEN
          valueFrom:
            secretKeyRef:
              name: {{ .Values.adminToken.secret }}
              key: {{ .Values.adminToken.key }}
      {{- with .Values.extraEnv }}
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - name: registry
          containerPort: 5000
          {{- if include "tarn.isDaemon" . }}
          hostPort: {{ .Values.hostPort }}
          hostIP: {{ .Values.hostIP }}
          {{- end }}
        - name: admin
          containerPort: 5001
      startupProbe:
        httpGet: {path: /livez, port: admin}
        periodSeconds: 1
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /livez, port: admin}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        httpGet: {path: /readyz, port: admin}
        periodSeconds: 5
        timeoutSeconds: 5
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      securityContext:
        {{- toYaml .Values.securityContext | nindent 8 }}
      volumeMounts:
        - name: config
          mountPath: /etc/tarn
          readOnly: true
        - name: store
          mountPath: /var/lib/tarn
        {{- if .Values.existingSecret }}
        - name: secret
          mountPath: /run/secrets/tarn
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "tarn.fullname" . }}
    {{- if .Values.existingSecret }}
    - name: secret
      secret:
        secretName: {{ .Values.existingSecret }}
        defaultMode: 0440
    {{- end }}
    {{- if include "tarn.isDaemon" . }}
    {{- if .Values.containerd.enabled }}
    - name: containerd
      hostPath: {path: {{ .Values.containerd.path }}, type: DirectoryOrCreate}
    {{- end }}
    - name: store
      {{- if .Values.persistence.hostPath }}
      hostPath: {path: {{ .Values.persistence.hostPath }}, type: Directory}
      {{- else }}
      emptyDir: {}
      {{- end }}
    {{- else if not .Values.persistence.enabled }}
    - name: store
      emptyDir: {}
    {{- else if .Values.persistence.existingClaim }}
    - name: store
      persistentVolumeClaim:
        claimName: {{ .Values.persistence.existingClaim }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
