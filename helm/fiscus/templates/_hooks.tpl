{{/* Before an install or upgrade, in the order of the weights; removed when all have succeeded. Argument: weight. */}}
{{- define "fiscus.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
