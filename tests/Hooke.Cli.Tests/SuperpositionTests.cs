using System.Text.Json;
using Hooke.Testing;

namespace Hooke.Cli.Tests;

/// <summary>Toy models and measures of superposition through the program.</summary>
public sealed class SuperpositionTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Toy_models_are_trained_printed_and_drawn()
    {
        string[] small = ["toy", "superposition", "--features", "6", "--hidden", "2", "--steps", "40", "--phase-side", "2"];
        JsonElement json = Hooke.Run([.. small, "--json", "--figures", _folder["toy"]]).Json;
        Assert.Equal(13, json.GetProperty("sweeps")[1].GetProperty("points").GetArrayLength());
        Assert.InRange(json.GetProperty("phases").GetProperty("agreement").GetDouble(), 0, 1);
        Assert.Equal(
            ["dimensionality.svg", "features-per-dimension.svg", "index.html", "phases.svg", "plane.svg"],
            Directory.GetFiles(_folder["toy"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string page = File.ReadAllText(_folder["toy"] + "/index.html");
        Assert.Contains("pentagon", page, StringComparison.Ordinal);
        Outcome table = Hooke.Run(small);
        Assert.Equal(0, table.Code);
        Assert.All(["6 features in 2 dimensions", "importance 0.95^i", "2 x 2"], word => Assert.Contains(word, table.Out, StringComparison.Ordinal));
    }

    [Fact]
    public void Superposition_is_measured_of_weights_dictionaries_and_sites()
    {
        JsonElement weights = Hooke.Run("superposition", "--weights", "embed.W_E", "--json").Json.GetProperty("directions")[0];
        Assert.Equal(128, weights.GetProperty("dimensions").GetInt32());
        Assert.InRange(weights.GetProperty("dimensionalities").EnumerateArray().Sum(d => d.GetDouble()), 1, 128);
        Outcome dictionary = Hooke.Run("superposition", "--dictionary", Fixtures.Golden("dictionaries", "saelens/topk"));
        Assert.Contains("blocks.1.hook_resid_post", dictionary.Out, StringComparison.Ordinal);
        JsonElement site = Hooke.Run("superposition", "--site", "blocks.1.mlp.hook_post", "--least", "2", "--json",
            "--text", "The capital of the capital of the capital", "--text", Hooke.Prompt).Json;
        Assert.Equal(512, site.GetProperty("units").GetArrayLength());
        Assert.Contains(site.GetProperty("classes").EnumerateArray(), c => c.GetProperty("token").GetString() == "capital");
    }

    [Fact]
    public void What_cannot_be_measured_or_trained_is_refused()
    {
        Hooke.Run("superposition").RefusedWith("one of --dictionary, --weights and --site");
        Hooke.Run("superposition", "--weights", "embed.W_Q").RefusedWith("no matrix 'embed.W_Q'", "embed.W_E");
        Hooke.Run("superposition", "--weights", "embed.W_E", "--site", "blocks.0.hook_resid_pre").RefusedWith("one of");
        Hooke.Run("superposition", "--site", "blocks.99.hook_resid_pre").RefusedWith("99");
        Hooke.Run("superposition", "--site", "blocks.1.mlp.hook_post", "--text", "The").RefusedWith("give more text");
        Hooke.Run("toy", "superposition", "--features", "0").RefusedWith("--features 0 is not between");
    }
}
