{{/* Arguments of the bootstrap's generator, as a YAML list. */}}
{{- define "fiscus.gatewayArguments" -}}
- --protoset=/usr/share/fiscus/fiscus.protoset
- --openapi=/usr/share/fiscus/fiscus.swagger.json
- --listen=0.0.0.0:{{ .Values.gateway.port }}
- --metrics-listen=0.0.0.0:{{ .Values.ports.metrics }}
- --certificate=/etc/fiscus/tls/tls.crt
- --private-key=/etc/fiscus/tls/tls.key
{{- range $name, $_ := .Values.services }}
{{- if (include "fiscus.service" (dict "root" $ "name" $name) | fromJson).edge }}
- --backend={{ $name }}={{ include "fiscus.fullname" $ }}-{{ $name }}-pods:{{ $.Values.ports.grpc }}
{{- end }}
{{- end }}
- --output=/run/fiscus/envoy.json
{{- end }}
