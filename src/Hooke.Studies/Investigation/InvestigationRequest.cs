using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What is to be investigated: a behaviour of a world, or a prompt pair of the user's own.</summary>
public sealed record InvestigationRequest
{
    /// <summary>The model's folder, in Hugging Face's layout.</summary>
    public required string ModelFolder { get; init; }

    /// <summary>A behaviour of the world beside the model, or null for a prompt pair.</summary>
    public string? Behaviour { get; init; }

    /// <summary>A prompt pair, or null for a behaviour.</summary>
    public AskedPair? Pair { get; init; }

    /// <summary>The seed of every random choice.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Prompt pairs to find the circuit on, and as many others to test it on.</summary>
    public int Prompts { get; init; } = 64;

    /// <summary>Steps of integrated gradients.</summary>
    public int Steps { get; init; } = 5;

    /// <summary>Random circuits to compare with.</summary>
    public int Controls { get; init; } = 100;

    /// <summary>The request as a dossier holds it.</summary>
    public DossierRequest ToDossier() => new()
    {
        Command = "hooke " + string.Join(' ', Arguments().Select(ShellWord)),
        ModelFolder = ModelFolder,
        Behaviour = Behaviour,
        Pair = Pair,
        Seed = Seed,
        Options = [new("controls", Text(Controls)), new("prompts", Text(Prompts)), new("steps", Text(Steps))],
    };

    /// <summary>The request that a dossier answers.</summary>
    /// <param name="request">What the dossier holds.</param>
    /// <param name="modelFolder">Where the model lies now, or null for where it lay then.</param>
    /// <exception cref="InputException">An option is missing or no number.</exception>
    public static InvestigationRequest Of(DossierRequest request, string? modelFolder = null)
    {
        int Option(string name) =>
            int.TryParse(request.Options.FirstOrDefault(o => o.Name == name)?.Value, out int value) && value > 0
            ? value
            : throw new InputException(
                $"the dossier's request has no usable option '{name}': it was not written by `hooke investigate`");
        return new()
        {
            ModelFolder = modelFolder ?? request.ModelFolder,
            Behaviour = request.Behaviour,
            Pair = request.Pair,
            Seed = request.Seed,
            Prompts = Option("prompts"),
            Steps = Option("steps"),
            Controls = Option("controls"),
        };
    }

    IEnumerable<string> Arguments() =>
    [
        "investigate", "--model", ModelFolder,
        .. Behaviour is { } behaviour ? ["--behaviour", behaviour] : Array.Empty<string>(),
        .. Pair is { } pair
            ? ["--prompt", pair.Prompt, "--counterfactual", pair.Counterfactual, "--answer", pair.Answer, "--foil", pair.Foil]
            : Array.Empty<string>(),
        "--seed", Seed.ToString(System.Globalization.CultureInfo.InvariantCulture),
        "--prompts", Text(Prompts), "--steps", Text(Steps), "--controls", Text(Controls),
    ];

    static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    static string ShellWord(string word) => word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./".Contains(c))
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
