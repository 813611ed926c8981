using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Strict reading of a model's config.json.</summary>
public sealed class ConfigFile
{
    const int LargestFile = 16 << 20;

    readonly JsonElement _root;
    readonly (string Key, int Value)[] _defaults = [];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">It is absent, too large, or not a JSON object.</exception>
    public ConfigFile(string path)
    {
        Path = path;
        using JsonDocument document = JsonFile.Read(path, LargestFile);
        _root = document.RootElement.Clone();
        if (_root.ValueKind != JsonValueKind.Object)
            throw new InputException($"{path} is not a JSON object: give the config.json of a Hugging Face checkpoint");
    }

    ConfigFile(string path, JsonElement root, params (string, int)[] defaults) =>
        (Path, _root, _defaults) = (path, root, defaults);

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>A text.</summary>
    /// <exception cref="InputException">It is missing or no text.</exception>
    public string Text(string key) => Find(key) is { ValueKind: JsonValueKind.String } value
        ? JsonFile.Text(value, Path)
        : throw new InputException($"{Path} has no text '{key}': give the config.json of a Hugging Face checkpoint");

    /// <summary>A text, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is no text.</exception>
    public string? TextOr(string key, string? whenAbsent) => Find(key) is null ? whenAbsent : Text(key);

    /// <summary>A list of texts, or null when it is not given.</summary>
    /// <exception cref="InputException">It is something else.</exception>
    public IReadOnlyList<string>? TextsOr(string key) => Find(key) is { } value ? Texts(key, value) : null;

    /// <summary>An object of its own within the file, or null when it is not given.</summary>
    /// <exception cref="InputException">It is no object.</exception>
    public ConfigFile? Nested(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } inner => new($"{Path}, '{key}'", inner),
        { } other => throw new InputException($"{Path}: '{key}' is {Shown(other)}, not an object"),
    };

    /// <summary>The same file, with whole numbers that hold where it has none.</summary>
    public ConfigFile Over(params (string Key, int Value)[] defaults) => new(Path, _root, defaults);

    /// <summary>Whether a key is there with a value that is not null.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether a key is there and its value is null.</summary>
    public bool IsNull(string key) => _root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>A positive whole number.</summary>
    /// <exception cref="InputException">It is missing, or not one.</exception>
    public int Size(string key) => Find(key) is { } value ? Positive(key, value) : Default(key)
        ?? throw new InputException($"{Path} has no '{key}', which this architecture needs");

    /// <summary>A positive whole number, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is not one.</exception>
    public int SizeOr(string key, int whenAbsent) => Find(key) is { } value ? Positive(key, value) : Default(key) ?? whenAbsent;

    /// <summary>A whole number from 0 on, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is not one.</exception>
    public int CountOr(string key, int whenAbsent) =>
        Find(key) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) && number == 0
            ? 0 : SizeOr(key, whenAbsent);

    /// <summary>A positive number.</summary>
    /// <exception cref="InputException">It is missing, or not one.</exception>
    public double Number(string key) => Find(key) is { } value
        ? PositiveNumber(key, value)
        : throw new InputException($"{Path} has no '{key}', which is needed there");

    /// <summary>A positive number, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is not one.</exception>
    public float NumberOr(string key, float whenAbsent) =>
        Find(key) is { } value ? (float)PositiveNumber(key, value) : whenAbsent;

    /// <summary>A number, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is no number, or not finite.</exception>
    public double DoubleOr(string key, double whenAbsent) => Find(key) is not { } value ? whenAbsent
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number
        : throw new InputException($"{Path}: '{key}' is {Shown(value)}, not a number");

    /// <summary>A positive number, nothing where the file says null, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is something else.</exception>
    public float? CapOr(string key, float? whenAbsent) =>
        IsNull(key) ? null : Find(key) is { } value ? (float)PositiveNumber(key, value) : whenAbsent;

    /// <summary>Yes or no, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public bool FlagOr(string key, bool whenAbsent) => Find(key) switch
    {
        null => whenAbsent,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw new InputException($"{Path}: '{key}' is {Shown(other)}, not true or false"),
    };

    /// <summary>The non-linearity by its Hugging Face name.</summary>
    /// <exception cref="InputException">Hooke has none of that name.</exception>
    public Activation Activation(string key, string whenAbsent)
    {
        string name = Find(key) is null ? whenAbsent : Text(key);
        return name switch
        {
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Tensors.Activation.GeluTanh,
            "gelu" => Tensors.Activation.Gelu,
            "silu" or "swish" => Tensors.Activation.Silu,
            "relu" => Tensors.Activation.Relu,
            _ => throw new InputException(
                $"{Path}: activation '{name}' is not supported; supported are gelu_new, gelu_pytorch_tanh, gelu, silu and relu"),
        };
    }

    /// <summary>Requires that one size is a multiple of another.</summary>
    /// <exception cref="InputException">It is not.</exception>
    public void RequireDivides(int whole, int part, string wholeKey, string partKey)
    {
        if (whole % part != 0)
            throw new InputException($"{Path}: '{wholeKey}' is {whole}, which '{partKey}' = {part} does not divide");
    }

    /// <summary>Requires a flag to be on.</summary>
    /// <exception cref="InputException">It is off: the family's other variant is not supported.</exception>
    public void RequireTrue(string key, bool whenAbsent) => Require(key, whenAbsent, true);

    /// <summary>Requires a flag to be off.</summary>
    /// <exception cref="InputException">It is on: the family's other variant is not supported.</exception>
    public void RequireFalse(string key, bool whenAbsent) => Require(key, whenAbsent, false);

    void Require(string key, bool whenAbsent, bool needed)
    {
        if (FlagOr(key, whenAbsent) != needed)
            throw new InputException(
                $"{Path}: '{key}' = {(needed ? "false" : "true")} is not supported for {TextOr("model_type", "this layout")}");
    }

    internal JsonElement? Find(string key) =>
        _root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal IEnumerable<JsonElement> Items(string key, JsonElement list) => list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray()
        : throw new InputException($"{Path}: '{key}' is {Shown(list)}, not a list");

    internal string[] Texts(string key, JsonElement list) => [.. Items(key, list).Select(item =>
        item.ValueKind == JsonValueKind.String
            ? JsonFile.Text(item, Path)
            : throw new InputException($"{Path}: '{key}' has {Shown(item)} where a text belongs"))];

    string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => Quote.Of(JsonFile.Text(value, Path)),
        _ => value.GetRawText() is { Length: > 40 } text ? text[..40] + "…" : value.GetRawText(),
    };

    int? Default(string key) => _defaults.FirstOrDefault(d => d.Key == key) is (not null, int value) ? value : null;

    int Positive(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0
            ? number
            : throw new InputException($"{Path}: '{key}' is {Shown(value)}, not a positive whole number");

    // As large as a float may be, and no smaller than one with all its digits.
    double PositiveNumber(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number is >= 1e-37 and <= 1e37
            ? number
            : throw new InputException($"{Path}: '{key}' is {Shown(value)}, not a positive number");
}
