using System.Text.Json;
using Hooke.Tensors;

namespace Hooke.Models;

/// <summary>Strict reading of a model's config.json.</summary>
public sealed class ConfigFile
{
    const int LargestFile = 16 << 20;

    readonly JsonElement _root;

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

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>A text.</summary>
    /// <exception cref="InputException">It is missing or no text.</exception>
    public string Text(string key) => Find(key) is { ValueKind: JsonValueKind.String } value
        ? JsonFile.Text(value, Path)
        : throw new InputException($"{Path} has no text '{key}': give the config.json of a Hugging Face checkpoint");

    /// <summary>A positive whole number.</summary>
    /// <exception cref="InputException">It is missing, or not one.</exception>
    public int Size(string key) => Find(key) is { } value
        ? Positive(key, value)
        : throw new InputException($"{Path} has no '{key}', which this architecture needs");

    /// <summary>A positive whole number, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is not one.</exception>
    public int SizeOr(string key, int whenAbsent) => Find(key) is { } value ? Positive(key, value) : whenAbsent;

    /// <summary>A positive number, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is not one.</exception>
    public float NumberOr(string key, float whenAbsent) =>
        Find(key) is { } value ? (float)PositiveNumber(key, value) : whenAbsent;

    /// <summary>Yes or no, or what holds when it is not given.</summary>
    /// <exception cref="InputException">It is neither.</exception>
    public bool FlagOr(string key, bool whenAbsent) => Find(key) switch
    {
        null => whenAbsent,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } other => throw new InputException($"{Path}: '{key}' is {other.GetRawText()}, not true or false"),
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

    /// <summary>Base and kind of the rotary embedding, from the layout of transformers 4 or that of 5.</summary>
    /// <exception cref="InputException">A value is of the wrong kind.</exception>
    public (double Theta, string Kind) Rotary()
    {
        JsonElement? nested = Find("rope_parameters") ?? Find("rope_scaling");
        double theta = Find("rope_theta") is { } outer ? PositiveNumber("rope_theta", outer) : 10_000;
        if (nested is not { } parameters)
            return (theta, "default");
        if (parameters.ValueKind != JsonValueKind.Object)
            throw new InputException($"{Path}: the rotary parameters are {parameters.ValueKind}, not an object");
        if (parameters.TryGetProperty("rope_theta", out JsonElement inner))
            theta = PositiveNumber("rope_theta", inner);
        string? kind = parameters.TryGetProperty("rope_type", out JsonElement type) || parameters.TryGetProperty("type", out type)
            ? type.ToString()
            : null;
        return (theta, kind ?? "default");
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
                $"{Path}: '{key}' = {(needed ? "false" : "true")} is not supported for {Text("model_type")}");
    }

    JsonElement? Find(string key) =>
        _root.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    int Positive(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0
            ? number
            : throw new InputException($"{Path}: '{key}' is {value.GetRawText()}, not a positive whole number");

    double PositiveNumber(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number > 0 && double.IsFinite(number)
            ? number
            : throw new InputException($"{Path}: '{key}' is {value.GetRawText()}, not a positive number");
}
