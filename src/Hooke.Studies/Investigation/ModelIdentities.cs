using System.Reflection;
using Hooke.Evidence;

namespace Hooke.Studies;

/// <summary>What a result on a model rests on, by SHA-256.</summary>
static class ModelIdentities
{
    public static DossierIdentities Of(string folder, string prompts) => new()
    {
        Weights = Weights(folder),
        Config = Identity.OfFile(Path.Combine(folder, "config.json")),
        Tokenizer = Identity.OfFile(Path.Combine(folder, "tokenizer.json")),
        Prompts = prompts,
        Hooke = typeof(ModelIdentities).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
    };

    /// <summary>SHA-256 over the weight files in the order of their names.</summary>
    public static string Weights(string folder)
    {
        using Models.Checkpoint checkpoint = Models.Checkpoint.Open(folder);
        return checkpoint.Sha256;
    }
}
