using System.Globalization;
using System.Text;

namespace Hooke.Models;

/// <summary>JSON as Python's <c>json.dumps</c> writes it with ensure_ascii off, which is transformers' tojson.</summary>
sealed class PythonJson
{
    readonly TemplateRun _run;
    readonly int? _indent;
    readonly StringBuilder _into = new();

    PythonJson(TemplateRun run, int? indent) => (_run, _indent) = (run, indent);

    /// <summary>A value as JSON; with an indent, every item on a line of its own.</summary>
    public static string Of(TemplateRun run, object? value, int? indent)
    {
        PythonJson json = new(run, indent);
        json.Append(value, 0);
        return json._into.ToString();
    }

    void Append(object? value, int level)
    {
        _run.Enter();
        int before = _into.Length;
        _ = value switch
        {
            null => _into.Append("null"),
            bool truth => _into.Append(truth ? "true" : "false"),
            long whole => _into.Append(CultureInfo.InvariantCulture, $"{whole}"),
            double real => _into.Append(double.IsFinite(real) ? PythonText.OfNumber(real)
                : double.IsNaN(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity"),
            string text => AppendText(text),
            TemplateMap map => AppendItems(map.Items, '{', '}', level, item =>
            {
                _ = AppendText(item.Key).Append(": ");
                Append(item.Value, level + 1);
            }),
            TemplateSequence { Kind: TemplateSequenceKind.List or TemplateSequenceKind.Tuple } list =>
                AppendItems(list.Items, '[', ']', level, item => Append(item, level + 1)),
            _ => throw _run.Refusal($"{PythonText.TypeOf(value)} cannot be written as JSON"),
        };
        _run.Charge(value is TemplateMap or TemplateSequence ? 1 : _into.Length - before);
        _run.Leave();
    }

    StringBuilder AppendItems<T>(IReadOnlyList<T> items, char open, char close, int level, Action<T> append)
    {
        _ = _into.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            _run.Step();
            _ = _into.Append(i == 0 ? "" : _indent is null ? ", " : ",");
            NewLine(level + 1);
            append(items[i]);
        }
        if (items.Count > 0)
            NewLine(level);
        return _into.Append(close);
    }

    void NewLine(int level)
    {
        if (_indent is not int indent)
            return;
        _run.Charge(1 + (level * indent));
        _ = _into.Append('\n').Append(' ', level * indent);
    }

    StringBuilder AppendText(string text)
    {
        _ = _into.Append('"');
        foreach (char c in text)
            _ = c switch
            {
                '"' => _into.Append("\\\""),
                '\\' => _into.Append("\\\\"),
                '\n' => _into.Append("\\n"),
                '\r' => _into.Append("\\r"),
                '\t' => _into.Append("\\t"),
                '\f' => _into.Append("\\f"),
                '\b' => _into.Append("\\b"),
                < ' ' => _into.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => _into.Append(c),
            };
        return _into.Append('"');
    }
}
