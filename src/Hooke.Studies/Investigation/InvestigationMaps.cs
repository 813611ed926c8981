using Hooke.Circuits;
using Hooke.Models;

namespace Hooke.Studies;

/// <summary>Where in the model the difference between a prompt and its counterfactual is carried.</summary>
static class InvestigationMaps
{
    public static IReadOnlyList<Heatmap> Of(Model model, InvestigationPrompts prompts)
    {
        PromptSet example = prompts.Test.Part(0, 1);
        using Sweep onExample = new(model, example), onAll = new(model, prompts.Test);
        string[] layers = Labels(model.Config.NLayers);
        string[] tokens = [.. example.Clean.Prompt(0).ToArray().Select(model.Tokenizer.TokenText)];
        Heatmap Map(string name, Site site, string columns, string[] labels, double[][] values) => new(
            name, site.Name.Replace("{}", "{layer}", StringComparison.Ordinal),
            "Share of the difference that the counterfactual run gets back when it has the clean run's value there.",
            "layer", columns, layers, labels, values);
        return
        [
            Map("residual stream", Site.ResidPre, "position", tokens, onExample.Residual()),
            Map("attention output", Site.AttnOut, "position", tokens, onExample.AttentionOutput()),
            Map("mlp output", Site.MlpOut, "position", tokens, onExample.MlpOutput()),
            Map("heads", Site.Z, "head", Labels(model.Config.NHeads), onAll.Heads()),
        ];
    }

    static string[] Labels(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))];
}
