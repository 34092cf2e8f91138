{{/* The port of host:port. */}}
{{- define "fiscus.port" -}}
{{- regexFind "[0-9]+$" . | int -}}
{{- end }}

{{/* A rule's peers. An empty list means anywhere, and so does a rule without the field. Argument: dict direction, peers. */}}
{{- define "fiscus.peers" -}}
{{- with .peers }}
{{ $.direction }}: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The pods of a part as a peer. Argument: dict root, part. */}}
{{- define "fiscus.podPeer" -}}
- podSelector:
    matchLabels: {{- include "fiscus.selector" . | nindent 6 }}
{{- end }}

{{/* Ports of things outside of the chart, one rule each. Argument: dict peers, ports. */}}
{{- define "fiscus.egressTo" -}}
- ports:
    {{- range uniq .ports }}
    - {protocol: TCP, port: {{ . }}}
    {{- end }}
  {{- include "fiscus.peers" (dict "direction" "to" "peers" .peers) | trim | nindent 2 }}
{{- end }}

{{- define "fiscus.kafkaPorts" -}}
{{- $ports := list -}}
{{- range splitList "," .Values.kafka.brokers }}{{ $ports = append $ports (include "fiscus.port" . | int) }}{{ end -}}
{{- toJson $ports -}}
{{- end }}

{{/* Names of the services that call `name`, as JSON: identity by all that check tokens, others by whom names them. Argument: dict root, name. */}}
{{- define "fiscus.callers" -}}
{{- $callers := list -}}
{{- range $other, $_ := .root.Values.services }}
{{- $service := include "fiscus.service" (dict "root" $.root "name" $other) | fromJson }}
{{- if or (has $.name (values $service.peers)) (and (eq $.name "identity") $service.uses.auth) }}{{ $callers = append $callers $other }}{{ end }}
{{- if and (eq $other $.name) $service.edge }}{{ $callers = append $callers "gateway" }}{{ end }}
{{- end }}
{{- $callers | sortAlpha | toJson -}}
{{- end }}

{{- define "fiscus.dnsRule" -}}
- ports:
    - {protocol: UDP, port: {{ .Values.networkPolicy.dns.port }}}
    - {protocol: TCP, port: {{ .Values.networkPolicy.dns.port }}}
  {{- include "fiscus.peers" (dict "direction" "to" "peers" .Values.networkPolicy.dns.to) | trim | nindent 2 }}
{{- end }}

{{/* Where a service goes: exactly the addresses of its configuration. Argument: dict root, service. */}}
{{- define "fiscus.egress" -}}
{{- $root := .root -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- $uses := .service.uses -}}
{{- $peers := values .service.peers -}}
{{- if $uses.auth }}{{ $peers = append $peers "identity" }}{{ end -}}
{{- with $peers }}
- ports: [{protocol: TCP, port: {{ $root.Values.ports.grpc }}}]
  to:
    {{- range uniq . | sortAlpha }}
    {{- include "fiscus.podPeer" (dict "root" $root "part" .) | nindent 4 }}
    {{- end }}
{{- end }}
{{- if $uses.postgres }}
{{ include "fiscus.egressTo" (dict "peers" $policy.postgres "ports" (list $root.Values.postgres.port)) }}
{{- end }}
{{- if $uses.kafka }}
{{ include "fiscus.egressTo" (dict "peers" $policy.kafka "ports" (include "fiscus.kafkaPorts" $root | fromJsonArray)) }}
{{- end }}
{{- if and $uses.redis $root.Values.redis.address }}
{{ include "fiscus.egressTo" (dict "peers" $policy.redis "ports" (list (include "fiscus.port" $root.Values.redis.address | int))) }}
{{- end }}
{{- range .service.external }}
{{ include "fiscus.egressTo" (dict "peers" $policy.external "ports" (list (include "fiscus.port" . | int))) }}
{{- end }}
{{- end }}
