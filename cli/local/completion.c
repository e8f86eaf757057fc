/*
 * The scripts know nothing about commands: they ask `sluice __complete`, see cli/candidates.h.
 */
#include "cli/local/programs.h"
#include "cli/report.h"

static const char bash[] =
	"# bash completion of sluice\n"
	"_sluice() {\n"
	"	local line=\"${COMP_LINE:0:COMP_POINT}\" candidate files=\n"
	"	local -a words=()\n"
	"	read -ra words <<<\"$line\"\n"
	"	[[ $line == *[[:space:]] ]] && words+=(\"\")\n"
	"	COMPREPLY=()\n"
	"	while IFS=$'\\t' read -r candidate _; do\n"
	"		if [[ $candidate == :files ]]; then\n"
	"			files=1\n"
	"			continue\n"
	"		fi\n"
	"		# bash takes --flag=value for three words and completes the last one.\n"
	"		if [[ $candidate == --*=* && $COMP_WORDBREAKS == *=* ]]; then\n"
	"			candidate=${candidate#*=}\n"
	"		fi\n"
	"		COMPREPLY+=(\"$candidate\")\n"
	"	done < <(\"${words[0]}\" __complete \"${words[@]:1}\" 2>/dev/null)\n"
	"	if [[ $files ]]; then\n"
	"		compopt -o filenames 2>/dev/null\n"
	"		mapfile -t COMPREPLY < <(compgen -f -- \"${COMP_WORDS[COMP_CWORD]#=}\")\n"
	"	fi\n"
	"}\n"
	"complete -F _sluice sluice\n";

static const char fish[] =
	"# fish completion of sluice\n"
	"function __sluice_complete\n"
	"	set -l words (commandline -opc)\n"
	"	set -l current (commandline -ct)\n"
	"	for line in ($words[1] __complete $words[2..-1] \"$current\" 2>/dev/null)\n"
	"		if test \"$line\" = :files\n"
	"			__fish_complete_path \"$current\"\n"
	"		else\n"
	"			echo $line\n"
	"		end\n"
	"	end\n"
	"end\n"
	"complete -c sluice -f -a '(__sluice_complete)'\n";

static const char powershell[] =
	"# PowerShell completion of sluice\n"
	"Register-ArgumentCompleter -Native -CommandName sluice -ScriptBlock {\n"
	"	param($wordToComplete, $commandAst, $cursorPosition)\n"
	"	$words = @($commandAst.CommandElements |\n"
	"		Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |\n"
	"		Select-Object -Skip 1 | ForEach-Object { $_.ToString() })\n"
	"	$words += $wordToComplete\n"
	"	# An empty argument would be dropped on its way to a native program.\n"
	"	$quoted = $words | ForEach-Object { if ($_ -eq '') { '\"\"' } else { $_ } }\n"
	"	& sluice __complete @quoted 2>$null | ForEach-Object {\n"
	"		$name, $help = $_ -split \"`t\", 2\n"
	"		if ($name -eq ':files') { return }\n"
	"		if (-not $help) { $help = $name }\n"
	"		[System.Management.Automation.CompletionResult]::new(\n"
	"			$name, $name, 'ParameterValue', $help)\n"
	"	}\n"
	"}\n";

static const char zsh[] =
	"#compdef sluice\n"
	"# zsh completion of sluice\n"
	"_sluice() {\n"
	"	local line name\n"
	"	local -a candidates\n"
	"	while IFS= read -r line; do\n"
	"		if [[ $line == :files ]]; then\n"
	"			_files\n"
	"			return\n"
	"		fi\n"
	"		name=${line%%$'\\t'*}\n"
	"		name=${name//:/\\\\:}\n"
	"		if [[ $line == *$'\\t'* ]]; then\n"
	"			candidates+=(\"$name:${line#*$'\\t'}\")\n"
	"		else\n"
	"			candidates+=(\"$name\")\n"
	"		fi\n"
	"	done < <(${words[1]} __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
	"	_describe sluice candidates\n"
	"}\n"
	"if [[ $funcstack[1] == _sluice ]]; then\n"
	"	_sluice \"$@\"\n"
	"else\n"
	"	compdef _sluice sluice\n"
	"fi\n";

static const struct {
	const char *shell, *script;
} scripts[] = {
	{ "bash", bash },
	{ "fish", fish },
	{ "powershell", powershell },
	{ "zsh", zsh },
};

int sl_cli_local_completion(const struct sl_cli_args *args, char *const *argv, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_CLI_OUTPUT_MAX);

	(void)argv;
	if (!args->words.n)
		return sl_err_set(err, SL_ERR_INVALID,
				  "which shell? one of bash, fish, powershell, zsh");
	for (size_t i = 0; i < SL_ARRAY_LEN(scripts); i++)
		if (sl_streq(args->words.v[0], scripts[i].shell))
			sl_strbuf_addz(&out, scripts[i].script);
	if (!out.n)
		return sl_err_set(err, SL_ERR_INVALID,
				  "no completion for \"%s\": one of bash, fish, powershell, zsh",
				  args->words.v[0]);
	return sl_cli_print(&out, err);
}
