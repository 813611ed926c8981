namespace Hooke.Models.Tests.Tokens.Chat;

/// <summary>Templates of our own that write the formats of the common families with the means that theirs use.</summary>
static class FamilyTemplates
{
    public const string ChatMl = """
        {%- for turn in messages %}
        {{- '<|im_start|>' ~ turn.role ~ '\n' ~ turn.content ~ '<|im_end|>\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
        {{- '<|im_start|>assistant\n' }}
        {%- endif %}
        """;

    /// <summary>ChatML with a default system message, and with thinking left out of earlier answers.</summary>
    public const string Qwen = """
        {%- if messages[0].role != 'system' %}
            {{- '<|im_start|>system\nYou are helpful.<|im_end|>\n' }}
        {%- endif %}
        {%- set ns = namespace(last=messages|length - 1, open=true) %}
        {%- for turn in messages[::-1] %}
            {%- set at = (messages|length - 1) - loop.index0 %}
            {%- if ns.open and turn.role == "user" %}
                {%- set ns.open = false %}
                {%- set ns.last = at %}
            {%- endif %}
        {%- endfor %}
        {%- for turn in messages %}
            {%- set text = turn.content if turn.content is string else '' %}
            {%- if turn.role == 'assistant' and '</think>' in text and loop.index0 <= ns.last %}
                {%- set text = text.split('</think>')[-1].lstrip('\n') %}
            {%- endif %}
            {{- '<|im_start|>' + turn.role + '\n' + text + '<|im_end|>' + '\n' }}
        {%- endfor %}
        {%- if add_generation_prompt %}
            {{- '<|im_start|>assistant\n' }}
            {%- if enable_thinking is defined and enable_thinking is false %}
                {{- '<think>\n\n</think>\n\n' }}
            {%- endif %}
        {%- endif %}
        """;

    public const string Llama3 = """
        {% for turn in messages %}{% set text = '<|start_header_id|>' + turn['role'] + '<|end_header_id|>\n\n' + turn['content'] | trim + '<|eot_id|>' %}{% if loop.first %}{% set text = bos_token + text %}{% endif %}{{ text }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}
        """;

    /// <summary>Turns must alternate; the system message goes into the first of the user's.</summary>
    public const string Llama2 = """
        {% if messages[0]['role'] == 'system' %}
            {%- set system, turns = messages[0]['content'], messages[1:] %}
        {%- else %}
            {%- set system, turns = none, messages %}
        {%- endif %}
        {%- for turn in turns %}
            {%- if (turn['role'] == 'user') != (loop.index0 % 2 == 0) %}
                {{- raise_exception('Roles must alternate user/assistant.') }}
            {%- endif %}
            {%- if turn['role'] == 'user' %}
                {%- set text = turn['content'] %}
                {%- if loop.first and system is not none %}
                    {%- set text = '<<SYS>>\n' + system + '\n<</SYS>>\n\n' + text %}
                {%- endif %}
                {{- bos_token + '[INST] ' + text.strip() + ' [/INST]' }}
            {%- else %}
                {{- ' ' + turn['content'].strip() + ' ' + eos_token }}
            {%- endif %}
        {%- endfor %}
        """;

    /// <summary>One begin-of-text; only user and assistant.</summary>
    public const string Mistral = """
        {{- bos_token }}
        {%- for turn in messages %}
            {%- if turn.role == "user" %}
                {{- "[INST] " + turn.content + "[/INST]" }}
            {%- elif turn.role == "assistant" %}
                {{- " " + turn.content + eos_token }}
            {%- else %}
                {{- raise_exception("Only user and assistant roles are supported, not " ~ turn.role) }}
            {%- endif %}
        {%- endfor %}
        """;

    /// <summary>The assistant is called model, and there is no system role.</summary>
    public const string Gemma = """
        {{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
        {% for turn in messages %}
        {% if turn['role'] == 'assistant' %}{% set role = 'model' %}{% else %}{% set role = turn['role'] %}{% endif %}
        {{ '<start_of_turn>' + role + '\n' + turn['content'] | trim + '<end_of_turn>\n' }}{% endfor %}
        {% if add_generation_prompt %}
        {{ '<start_of_turn>model\n' }}{% endif %}
        """;

    public const string Zephyr = """
        {% for turn in messages %}
        {% if turn['role'] in ('user', 'system', 'assistant') %}
        {{ '<|' ~ turn['role'] ~ '|>\n' + turn['content'] + eos_token }}
        {% endif %}
        {% if loop.last and add_generation_prompt %}
        {{ '<|assistant|>' }}
        {% endif %}
        {% endfor %}
        """;
}
